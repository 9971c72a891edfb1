-- Customers with English, Chinese, German and Spanish names, the same each time, and changed copies of some.
--   psql -v customers=1000000 -f population.sql
\set ON_ERROR_STOP on
CREATE SCHEMA IF NOT EXISTS bench;
CREATE OR REPLACE FUNCTION bench.pick(salt text, n bigint, words text[]) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT words[1 + (hashtextextended(salt, n) & 1073741823) % cardinality(words)] $$;
CREATE OR REPLACE FUNCTION bench.draw(salt text, n bigint, bound bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashtextextended(salt, n) & 1073741823) % bound $$;
-- A name that somebody made up: two to four syllables, or Chinese characters.
CREATE OR REPLACE FUNCTION bench.coined(n bigint, chinese boolean) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN chinese THEN
       bench.pick('z1', n, string_to_array('宏,鹤,雨,柳,蜜,俊,远,宇,辰,风,丰,千,育,迪,珍,月,牛,毅,教,紫,捷,航,百,普,维,木,橙,银,顺,静,泽,澳,晶,艾,蓝,亚,明,马,石,枫', ',')) ||
       bench.pick('z2', n, string_to_array('宏,鹤,雨,柳,蜜,俊,远,宇,辰,风,丰,千,育,迪,珍,月,牛,毅,教,紫,捷,航,百,普,维,木,橙,银,顺,静,泽,澳,晶,艾,蓝,亚,明,马,石,枫', ',')) ||
       bench.pick('z3', n, string_to_array('宏,鹤,雨,柳,蜜,俊,远,宇,辰,风,丰,千,育,迪,珍,月,牛,毅,教,紫,捷,航,百,普,维,木,橙,银,顺,静,泽,澳,晶,艾,蓝,亚,明,马,石,枫', ','))
   ELSE initcap(
       bench.pick('s1', n, string_to_array('bra,cro,del,fin,gar,hol,jar,kel,lom,mer,nor,pal,quin,ros,stan,tur,val,wes,yor,zan,bel,cor,dun,fos', ',')) ||
       bench.pick('s2', n, string_to_array('den,ter,ling,man,vik,lor,san,bert,ton,wick,gard,mond,ric,sen,tal,via,nex,plo,der,mar', ',')) ||
       bench.pick('s3', n, string_to_array(',,er,ia,o,en,ix,a,um,ed', ','))) END $$;
CREATE OR REPLACE FUNCTION bench.typo(t text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE bench.draw('k', n, 3)
       WHEN 0 THEN left(t, p) || substr(t, p + 2)
       WHEN 1 THEN left(t, p) || substr(t, p + 2, 1) || substr(t, p + 1, 1) || substr(t, p + 3)
       ELSE left(t, p) || 'e' || substr(t, p + 2) END
   FROM (SELECT (1 + bench.draw('p', n, greatest(length(t) - 2, 1)))::integer AS p) x $$;
CREATE OR REPLACE FUNCTION bench.customer(n bigint) RETURNS TABLE (company text, email text, phone text, website text, address text, city text, country text)
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE l.lang
        WHEN 'en' THEN concat_ws(' ', CASE WHEN bench.draw('v', n, 3) = 0 THEN bench.pick('e1', n, '{Global,Summit,Delta,United,Atlantic,Smart,Imperial,Vertex}') END,
                       c.name, bench.pick('e2', n, '{Trading,Foods,Textiles,Energy,Logistics,Software,Chemicals,Packaging,Tools,Lighting}'), bench.pick('e3', n, '{Ltd,Inc.,LLC,Limited,Corp.}'))
        WHEN 'zh' THEN bench.pick('c', n, '{上海,深圳,宁波,广州,杭州,苏州,青岛,武汉}') || c.name ||
                       bench.pick('c2', n, '{贸易,纺织,机械,科技,服饰,食品,电子,塑料制品}') || '有限公司'
        WHEN 'de' THEN concat_ws(' ', c.name, bench.pick('d2', n, '{Logistik,Druckerei,Maschinenbau,Handels,Systemhaus,Verpackungen,Bau,Spedition}'), bench.pick('d3', n, '{GmbH,AG,KG,OHG}'))
        ELSE concat_ws(' ', bench.pick('x2', n, '{Transportes,Importadora,Muebles,Suministros,Talleres,Construcciones,Exportaciones}'), c.name, bench.pick('x3', n, '{S.L.,S.A.,SL}')) END,
        CASE WHEN bench.draw('m', n, 10) < 7 THEN bench.pick('m1', n, '{info,sales,contact,office}') || '@' || d.domain END,
        CASE WHEN bench.draw('t', n, 10) < 8 THEN CASE l.lang WHEN 'en' THEN '+1212' || (2000000 + bench.draw('t1', n, 7999999))
             WHEN 'zh' THEN '+86138' || (10000000 + bench.draw('t1', n, 89999999)) WHEN 'de' THEN '+4930' || (2000000 + bench.draw('t1', n, 7999999))
             ELSE '+349' || (10000000 + bench.draw('t1', n, 89999999)) END END,
        CASE WHEN bench.draw('w', n, 10) < 6 THEN 'www.' || d.domain END,
        CASE WHEN l.lang = 'zh' THEN bench.pick('a', n, '{人民路,解放路,长江路,建设路,中山路}') || (1 + bench.draw('h', n, 900)) || '号'
             ELSE (1 + bench.draw('h', n, 900)) || ' ' || bench.coined(n % 5000, false) || bench.pick('a1', n, '{ Street, Road,str., Avenue}') END,
        CASE l.lang WHEN 'zh' THEN bench.pick('c', n, '{上海,深圳,宁波,广州,杭州,苏州,青岛,武汉}') WHEN 'de' THEN bench.pick('c', n, '{Berlin,Hamburg,Köln,Leipzig}')
             WHEN 'en' THEN bench.pick('c', n, '{Boston,Dallas,Denver,Seattle,Miami}') ELSE bench.pick('c', n, '{Madrid,Bilbao,Lima,Málaga}') END,
        CASE l.lang WHEN 'zh' THEN 'CN' WHEN 'de' THEN 'DE' WHEN 'en' THEN 'US' ELSE 'ES' END
    FROM (SELECT bench.pick('lang', n, '{en,zh,de,es}') AS lang) l,
         (SELECT bench.coined(n, bench.pick('lang', n, '{en,zh,de,es}') = 'zh') ||
                 CASE WHEN bench.pick('lang', n, '{en,zh,de,es}') = 'zh' THEN '' ELSE CASE WHEN bench.draw('two', n, 2) = 0 THEN ' ' || bench.coined(n + 7, false) ELSE bench.pick('s4', n, string_to_array('dal,ber,mont,lin,ra,ko,tis,vo', ',')) END END AS name) c,
         LATERAL (SELECT 'd' || to_hex(hashtextextended('dom', n) & 1099511627775) || bench.pick('tld', n, '{.com,.de,.cn,.es}') AS domain) d $$;

CALL highseas.create_tenant('bench');
INSERT INTO highseas.pool (tenant_id, pool_key, name) SELECT t.tenant_id, 'p', 'p' FROM highseas.tenant t WHERE t.name = 'bench';
INSERT INTO highseas.profile (tenant_id, customer_key, company, email, phone, website, address, city, country)
SELECT (SELECT t.tenant_id FROM highseas.tenant t WHERE t.name = 'bench'), 'c' || n, c.*
FROM generate_series(1, :customers) n, bench.customer(n) c;
INSERT INTO highseas.customer (tenant_id, customer_key, pool_key, pooled_since, last_act_at)
SELECT f.tenant_id, f.customer_key, 'p', '2026-01-01', '2026-01-01' FROM highseas.profile f;
VACUUM ANALYZE highseas.profile, highseas.customer;
