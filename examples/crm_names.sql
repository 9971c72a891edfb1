-- Names for crm.sql: made up, but the same for the same key. All e-mail addresses are under the reserved domain .example.
CREATE TEMP TABLE place (n int, language text, country char(2), region varchar(12), city text, dial text) ON COMMIT DROP;
INSERT INTO place
SELECT row_number() OVER () - 1, v.*
FROM (VALUES
    ('zh', 'CN', 'CN-E', 'Ningbo', '+86 574'), ('zh', 'CN', 'CN-E', 'Shanghai', '+86 21'),
    ('zh', 'CN', 'CN-E', 'Hangzhou', '+86 571'), ('zh', 'CN', 'CN-E', 'Suzhou', '+86 512'),
    ('zh', 'CN', 'CN-E', 'Yiwu', '+86 579'), ('zh', 'CN', 'CN-S', 'Shenzhen', '+86 755'),
    ('zh', 'CN', 'CN-S', 'Guangzhou', '+86 20'), ('zh', 'CN', 'CN-S', 'Xiamen', '+86 592'),
    ('zh', 'CN', 'CN-N', 'Qingdao', '+86 532'), ('zh', 'CN', 'CN-N', 'Tianjin', '+86 22'),
    ('de', 'DE', 'DACH', 'Hamburg', '+49 40'), ('de', 'DE', 'DACH', 'München', '+49 89'),
    ('de', 'DE', 'DACH', 'Stuttgart', '+49 711'), ('de', 'AT', 'DACH', 'Linz', '+43 732'),
    ('de', 'CH', 'DACH', 'Winterthur', '+41 52'),
    ('es', 'ES', 'IBERIA', 'Valencia', '+34 96'), ('es', 'ES', 'IBERIA', 'Bilbao', '+34 94'),
    ('es', 'ES', 'IBERIA', 'Sevilla', '+34 95'), ('es', 'MX', 'LATAM', 'Monterrey', '+52 81'),
    ('es', 'MX', 'LATAM', 'Guadalajara', '+52 33'), ('es', 'CO', 'LATAM', 'Medellín', '+57 604'),
    ('es', 'CL', 'LATAM', 'Santiago', '+56 22'),
    ('en', 'GB', 'UKI', 'Leeds', '+44 113'), ('en', 'GB', 'UKI', 'Bristol', '+44 117'),
    ('en', 'IE', 'UKI', 'Cork', '+353 21'), ('en', 'US', 'NA', 'Chicago', '+1 312'),
    ('en', 'US', 'NA', 'Houston', '+1 713'), ('en', 'US', 'NA', 'Seattle', '+1 206'),
    ('en', 'CA', 'NA', 'Toronto', '+1 416')
) AS v;

-- A company is named by a pattern and a brand of two parts, a person by a given name and a surname.
CREATE TEMP TABLE vocabulary (
    language text PRIMARY KEY, joint text, first_part text[], second_part text[], pattern text[], given text[], surname text[]
) ON COMMIT DROP;
INSERT INTO vocabulary VALUES
('zh', '',
 '{Hai,Xin,Jin,Hua,Yong,Tian,Dong,Rui,Hong,Fu,Wan,Bao,Sheng,Zhong,An,Kai}',
 '{tong,da,feng,hua,yuan,li,sheng,tai,xing,long,cheng,ming,wei,an,yu,kang,jie,bo,lin,chang}',
 '{"CITY BRAND Trading Co., Ltd.","CITY BRAND Import & Export Co., Ltd.","CITY BRAND Machinery Co., Ltd.","CITY BRAND Textile Co., Ltd.","CITY BRAND Electronics Co., Ltd.","CITY BRAND Hardware Co., Ltd.","CITY BRAND Plastics Co., Ltd.","CITY BRAND International Logistics Co., Ltd."}',
 '{Wei,Fang,Lei,Na,Jun,Min,Yan,Tao,Jie,Ling,Hao,Xiaoming,Yuting,Zhiqiang,Meiling,Jianguo}',
 '{Wang,Li,Zhang,Liu,Chen,Yang,Huang,Zhao,Wu,Zhou,Xu,Sun,Ma,Zhu,Hu,Guo,Lin,He,Gao,Luo}'),
('de', ' & ',
 '{Hartmann,Krüger,Vogel,Lindner,Brandt,Schäfer,Winkler,Seidel,Berger,Kaiser,Lorenz,Pohl,Engel,Voss,Reuter,Busch,Kranz,Möller,Thiele,Wenzel}',
 '{Söhne,Partner,Huber,Weiß,Jung,Sommer,Frank,Beck,Roth,Graf,Simon,Arnold,Ebert,Haas,Böhm,Keller,Ziegler,Kuhn,Kraft,Hahn}',
 '{"BRAND Handels GmbH","BRAND Großhandel GmbH & Co. KG","BRAND Maschinenbau GmbH","BRAND Import-Export GmbH","BRAND Elektrotechnik AG","BRAND Werkzeuge KG"}',
 '{Anna,Thomas,Julia,Stefan,Katrin,Michael,Sabine,Andreas,Lena,Markus,Petra,Florian,Ulrike,Jürgen,Heike,Tobias}',
 '{Müller,Schmidt,Schneider,Fischer,Weber,Meyer,Wagner,Becker,Schulz,Hoffmann,Koch,Bauer,Richter,Klein,Wolf,Schröder,Neumann,Schwarz,Zimmermann,Braun}'),
('es', ' y ',
 '{Hermanos Vidal,Navarro,Ibáñez,Cortés,Herrera,Salas,Peña,Aguilar,Lozano,Campos,Reyes,Cabrera,Medina,Rojas,Fuentes,Vega,Carrasco,Bravo,Soler,Nieto}',
 '{Molina,Castro,Ortiz,Marín,Rubio,Sanz,Núñez,Escobar,Garrido,Santos,Lorenzo,Pascual,Prieto,Duran,Gallego,Vargas,Crespo,Pardo,Ríos,Serra}',
 '{"Comercial BRAND, LEGAL","Importaciones BRAND, LEGAL","Distribuciones BRAND, LEGAL","Suministros Industriales BRAND, LEGAL","Textiles BRAND, LEGAL","Maquinaria BRAND, LEGAL"}',
 '{María,José,Carmen,Antonio,Lucía,Javier,Elena,Carlos,Sofía,Diego,Pilar,Andrés,Raquel,Fernando,Inés,Pablo}',
 '{García,Fernández,González,Rodríguez,López,Martínez,Sánchez,Pérez,Gómez,Martín,Jiménez,Ruiz,Hernández,Díaz,Moreno,Muñoz,Álvarez,Romero,Alonso,Gutiérrez}'),
('en', ' & ',
 '{Harrington,Blackwell,Fletcher,Ashworth,Preston,Whitaker,Holloway,Bennett,Carver,Dalton,Ellison,Granger,Hayward,Kendrick,Langley,Mercer,Norwood,Radcliffe,Sheridan,Thornton}',
 '{Sons,Blake,Cole,Drake,Finch,Gale,Hale,Kerr,Lane,Marsh,Nash,Owen,Page,Quinn,Rhodes,Shaw,Todd,Vance,Webb,York}',
 '{"BRAND Wholesale LEGAL","BRAND Trading LEGAL","BRAND Supply LEGAL","BRAND Industrial LEGAL","BRAND Imports LEGAL","BRAND Hardware LEGAL"}',
 '{James,Emma,Oliver,Grace,William,Sophie,Henry,Chloe,Jack,Alice,Daniel,Hannah,Samuel,Laura,Peter,Megan}',
 '{Smith,Jones,Taylor,Brown,Williams,Wilson,Johnson,Davies,Robinson,Wright,Thompson,Evans,Walker,White,Roberts,Green,Hall,Wood,Clarke,Jackson}');

-- One of 0 .. choices - 1, by key; each purpose draws anew.
CREATE FUNCTION pg_temp.pick(key text, purpose text, choices int) RETURNS int IMMUTABLE LANGUAGE sql AS $$
    SELECT (('x' || substr(md5(purpose || ' ' || key), 1, 8))::bit(32)::bigint % choices)::int
$$;

CREATE FUNCTION pg_temp.office_hour(day date, key text) RETURNS timestamptz IMMUTABLE LANGUAGE sql AS $$
    SELECT (day + make_interval(hours => 8, mins => pg_temp.pick(key, 'minute', 600))) AT TIME ZONE 'UTC'
$$;

CREATE FUNCTION pg_temp.phone(key text, p place) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT p.dial || CASE WHEN p.country IN ('CN', 'MX') THEN ' 8555 ' ELSE ' 555 ' END || lpad(pg_temp.pick(key, 'phone', 10000)::text, 4, '0')
$$;

CREATE FUNCTION pg_temp.slug(name text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT btrim(regexp_replace(translate(replace(lower(name), 'ß', 'ss'), 'áéíóúñäöüÁ', 'aeiounaoua'), '[^a-z0-9]+', '-', 'g'), '-')
$$;

-- Multiplying by a prime scatters the ids over all combinations without any two meeting, so no name comes twice.
CREATE FUNCTION pg_temp.company(id int, p place, OUT company text, OUT email text) STABLE LANGUAGE sql AS $$
    SELECT replace(replace(replace(v.pattern[1 + i % np], 'CITY', p.city), 'BRAND', brand), 'LEGAL', legal),
           'info@' || pg_temp.slug(regexp_replace(replace(replace(v.pattern[1 + i % np], 'CITY', p.city), 'BRAND', brand),
                                                  '(,? LEGAL| Co., Ltd.| GmbH.*)$', '')) || '.example'
    FROM vocabulary AS v
    CROSS JOIN LATERAL (SELECT cardinality(v.pattern) AS np, cardinality(v.first_part) AS nf, cardinality(v.second_part) AS ns) AS size
    CROSS JOIN LATERAL (SELECT id * 7919 % (np * nf * ns) AS i) AS combination
    CROSS JOIN LATERAL (SELECT v.first_part[1 + i / np % nf] || v.joint || v.second_part[1 + i / np / nf] AS brand) AS b
    CROSS JOIN LATERAL (SELECT CASE p.country WHEN 'ES' THEN 'S.L.' WHEN 'MX' THEN 'S.A. de C.V.' WHEN 'CO' THEN 'S.A.S.'
        WHEN 'CL' THEN 'SpA' WHEN 'US' THEN 'LLC' WHEN 'CA' THEN 'Inc.' ELSE 'Ltd' END AS legal) AS l
    WHERE v.language = p.language
$$;

CREATE FUNCTION pg_temp.person(id int, p place, OUT name text, OUT email text) STABLE LANGUAGE sql AS $$
    SELECT CASE WHEN p.language = 'zh' THEN surname || ' ' || given ELSE given || ' ' || surname END,
           pg_temp.slug(given) || '.' || pg_temp.slug(surname) || id || '@mail.example'
    FROM (SELECT v.given[1 + pg_temp.pick(id::text, 'given', cardinality(v.given))] AS given,
                 v.surname[1 + pg_temp.pick(id::text, 'surname', cardinality(v.surname))] AS surname
          FROM vocabulary AS v WHERE v.language = p.language) AS n
$$;

CREATE FUNCTION pg_temp.job_title(job text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
    SELECT CASE job WHEN 'admin.' THEN 'Office Manager' WHEN 'blue-collar' THEN 'Workshop Foreman' WHEN 'entrepreneur' THEN 'Founder'
        WHEN 'housemaid' THEN 'Housekeeper' WHEN 'management' THEN 'General Manager' WHEN 'retired' THEN 'Retired'
        WHEN 'self-employed' THEN 'Owner' WHEN 'services' THEN 'Service Manager' WHEN 'student' THEN 'Student'
        WHEN 'technician' THEN 'Technical Buyer' WHEN 'unemployed' THEN 'Between jobs' END
$$;
