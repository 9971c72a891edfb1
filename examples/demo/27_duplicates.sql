-- Each customer once: another spelling, another script, a merge and the way back
\connect - crm_app
-- While somebody types a name: who may that be, and where is he? The Chinese company from the fair, typed in Latin letters.
SELECT customer_key, round(probability::numeric, 2) AS p, name, place
FROM highseas.find_duplicates('Ningbo Haifeng Wujin', phone => '+86 574 8765 4321', country => 'CN');
SELECT demo.expect((SELECT count(*) = 1 FROM highseas.find_duplicates('Ningbo Haifeng Wujin', phone => '+86 574 8765 4321', country => 'CN')),
                   'the Chinese name is found by the Latin one') \g /dev/null
-- Why: what each field says, in ln(odds).
SELECT field, said::numeric AS said
FROM highseas.find_duplicates('Ningbo Haifeng Wujin', phone => '+86 574 8765 4321', country => 'CN'), jsonb_each_text(contributions) x(field, said)
WHERE said::numeric <> 0 ORDER BY said DESC;

-- The same buyer writes from another mailbox: he may be the one from Porto, or not. He goes in, with a warning.
CALL highseas.intake('Porto Ferragens', 'Rui Dias', 'geral@ferragens.pt', city => 'Porto', country => 'Portugal', origin => 'fair');
\connect - sales_manager
SELECT customer_key AS second FROM highseas.lead WHERE campaign IS NULL AND is_first ORDER BY lead_id DESC LIMIT 1 \gset
SELECT customer_key AS first FROM highseas.profile WHERE company = 'Porto Ferragens, Lda.' \gset
-- A manager looks at what a merge would do, does it, and takes it back when the buyer says that these are two shops.
SELECT * FROM highseas.merge_preview(:'second', :'first');
CALL highseas.merge_customer(:'second', :'first', 'the same buyer');
CALL highseas.unmerge_customer(:'second', 'two shops');
SELECT highseas_api.not_a_duplicate(:'second', :'first', 'two shops of one buyer') AS remembered;
SELECT demo.expect((SELECT count(*) = 2 FROM highseas.customer WHERE customer_key IN (:'first', :'second'))
                   AND NOT EXISTS (SELECT FROM highseas.duplicates_of(:'second')), 'both are there, and no duplicates any more') \g /dev/null
