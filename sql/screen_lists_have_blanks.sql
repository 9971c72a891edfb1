-- A spreadsheet's list: blank and padded cells are not given; a name that nobody can see is none.
\set VERBOSITY terse
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET highseas.clock = '2026-03-02 09:00+00';
SET client_min_messages = warning;
DROP EXTENSION highseas CASCADE;
RESET client_min_messages;
CREATE EXTENSION highseas;
CALL highseas.create_tenant('shop');
INSERT INTO highseas.pool (pool_key) VALUES ('sea'), ('lake');
INSERT INTO highseas.rep (rep_key, hired_on) VALUES ('kim', '2020-01-01');
INSERT INTO highseas.campaign (campaign, origin) VALUES ('Canton 2026', 'fair');
SELECT highseas_api.intake_rows('list', '[
    {"company": "Bonn Tools GmbH", "email": "eva@bonn-tools.de", "origin": "fair", "campaign": "", "found_by": " ", "pool": "sea", "region": "", "customer": ""},
    {"company": "Lyon Outils SARL", "email": "luc@lyon-outils.fr", "origin": "", "campaign": "Canton 2026 ", "found_by": " kim", "pool": " lake", "customer": " crm-8 "},
    {"company": "\u200b", "email": "a@ferragens.pt", "origin": "fair", "pool": "sea"},
    {"company": "\u00a0\ufeff", "contact": "\u2060", "email": "b@haifeng.com", "origin": "fair", "pool": "sea"},
    {"company": "\u200b", "contact": "李", "email": "li@zuerich-werkzeuge.ch", "origin": "fair", "pool": "sea"},
    {"company": "🙂", "email": "a@krueger-druck.de", "origin": "fair", "pool": "sea"},
    {"company": "\u0007", "email": "b@krueger-druck.de", "origin": "fair", "pool": "sea"},
    {"company": "Oslo Verktøy AS", "email": "a@oslo-verktoy.no", "origin": "fair", "found_by": "Kim", "pool": "sea"}]');
CALL highseas.take_leads();
SELECT lead_id, state, customer_key, origin, campaign, found_by, problems, warnings FROM highseas.lead ORDER BY 1;
SELECT c.customer_key, c.pool_key FROM highseas.customer c ORDER BY 1;
-- A list with its columns shifted: who may not see what was told does not read it in the reasons.
CALL highseas.intake('Bergen Fisk AS', email => 'a@bergen-fisk.no', origin => 'eva@secret.no', campaign => '+47 secret', region => 'secret street 1', pool => 'secret');
SELECT problems::text || warnings::text ~ 'secret' AS tells FROM highseas.lead ORDER BY lead_id DESC LIMIT 1;
-- Marks that turn all that is shown after them are no blanks, and what nobody sees has its length.
CALL highseas.intake(U&'\202Emoc.live Ltd', email => 'a@moc-live.com', origin => 'fair', pool => 'sea');
CALL highseas.intake(repeat(U&'\200B', 1000000) || 'Long Ltd', email => 'a@long-name.com', origin => 'fair', pool => 'sea');
CALL highseas.intake('Short Ltd', repeat(' ', 1000000), 'a@short-name.com', origin => 'fair', pool => 'sea');
