-- A fair's list comes in: what is wrong with a row is said, and what is missing to make a customer worth calling
-- Where customers come from, and what it costs, are rows.
INSERT INTO highseas.campaign (campaign, origin, label, cost) VALUES ('Canton autumn', 'fair', 'Canton Fair, autumn 2026', 12000);
UPDATE highseas.origin SET pool_key = 'leads' WHERE origin = 'fair';

\connect - sales_manager
-- The list, as the stand's tablet wrote it.
CREATE TEMP TABLE stand (company text, contact text, position text, email text, phone text, country text, main_products text);
INSERT INTO stand VALUES
    ('Porto Ferragens, Lda.', 'Rui Dias', 'Diretor de compras', 'rui@portoferragens.pt', '+351 22 200 1234', 'Portugal', 'hinges, locks, handles, garden tools'),
    ('宁波海丰五金有限公司', '李伟', '采购', 'li@haifeng-wujin.cn', '0574 8765 4321', '中国', '五金工具、铰链、门锁'),
    ('Lyon Outils SARL', 'Luc Roy', NULL, 'luc@lyon-outils', '04 72 00', 'France', 'tools'),
    ('=HYPERLINK("http://win.example")', 'x', NULL, 'a@win.example', NULL, NULL, NULL),
    ('Acme Tools Ltd', 'Joe Doe', 'student', 'joe@acmetools.com', '+49 30 901820', 'United Kingdom', NULL),
    ('n/a', 'test', NULL, NULL, '1234567', NULL, NULL);
SELECT highseas_api.intake_rows('stand, day 1', jsonb_agg(to_jsonb(s)), '{"campaign": "Canton autumn"}') AS staged FROM stand s;

\connect - crm_jobs
CALL highseas.take_leads();
\connect - sales_manager
-- The good rows are customers. The others wait, each with all its reasons.
SELECT lead_id, left(fields ->> 'company', 24) AS company, unnest(problems) AS problem FROM highseas.quarantine;
SELECT demo.expect((SELECT count(*) FILTER (WHERE state = 'taken') = 3 AND count(*) FILTER (WHERE state = 'quarantined') = 3
                    FROM highseas.lead), 'three rows are in, three wait') \g /dev/null
SELECT lead_id AS lyon FROM highseas.quarantine WHERE fields ->> 'company' LIKE 'Lyon%' \gset
CALL highseas.correct_lead(:lyon, '{"email": "luc@lyon-outils.fr", "phone": "04 72 40 80 00"}');
SELECT lead_id AS joke FROM highseas.quarantine WHERE fields ->> 'company' LIKE '=%' \gset
CALL highseas.discard_lead(:joke, 'somebody tried whether we open lists in a spreadsheet');

-- What makes Lyon worth calling: what is known, and what to ask next.
SELECT customer_key AS lyon_key FROM highseas.lead WHERE lead_id = :lyon \gset
SELECT criterion, met, detail, ask FROM highseas.explain_completeness(:'lyon_key') WHERE NOT met LIMIT 6;

\connect - crm_jobs
CALL highseas.check_profiles();
\connect - sales_manager
-- Of all customers: those from the fair, nearest to complete first, with what does not fit together.
SELECT t.company, round(t.completeness) AS complete, round(t.quality) AS quality, t.missing[1:3] AS missing, t.contradictions
FROM highseas.to_complete t JOIN highseas.lead l USING (customer_key) ORDER BY t.completeness DESC, t.company;
SELECT demo.expect((SELECT contradictions = '{"phone: of another country (DE, not GB)"}' FROM highseas.to_complete WHERE company = 'Acme Tools Ltd'),
                   'the German number of a British company is noticed') \g /dev/null
SELECT origin, campaign, leads, quarantined, customers, qualified, claimed, cost FROM highseas.lead_funnel;
