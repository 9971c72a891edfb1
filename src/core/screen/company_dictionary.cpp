#include "core/screen/company_dictionary.hpp"

#include "core/no_postgres.hpp"

// What is written in other alphabets than Latin and the Chinese, Japanese and Korean ones stands
// here as fold() writes it (ООО: ooo): making ICU's transliterators costs a session more than all
// the rest.
namespace highseas::screen {

const std::string_view filler_words = R"(
: and, the, und, et, of, och, og, oraz, de
)";

// Classes: limited, stock, partnership, limited partnership, sole, cooperative, association,
// foundation, state, company (of whatever kind), branch.
const std::string_view legal_forms = R"(
limited: ltd, limited, l.t.d., co ltd, company limited, pte ltd, pty ltd, pvt ltd, pte, pty, pvt
limited: private limited, proprietary limited, proprietary, ltd liability co, ltd co, ltee, limitee, cia ltda
limited: ltda, limitada, lda, sociedade limitada, sociedad limitada, societatea cu raspundere limitata, societate cu raspundere limitata, lmtd, pteltd, ptyltd, private ltd, coltd
limited: limited company, unlimited, unltd, dac, clg, ulc
limited: private limited company, private company limited, private ltd co, ltd liab, ltd liab co, limited liab
limited: lc, l.c., unternehmerges, unternehmerges haftungsbeschrankt, ribotos atsakomybes bendrove
limited: društvo sa ograničenom odgovornošću, sa ogranicenom odgovornoscu, etaireia periorismenes euthynes
limited: etairia periorismenes euthynes, tavarystva z abmezavanaj adkaznascu
limited: druzestvo s ogranicena otgovornost
limited: obshchestvo s ogranichennoy otvetstvennostyu, obshchestvo s ogranichennoi otvetstvennostyu
limited: tovarystvo z obmezhenoyu vidpovidalnistyu
limited: llc, l.l.c., l l c, limited liability company, limited liability co, limited liability, fze, fzco
limited: fz llc, dmcc, free zone company, free zone establishment, wll, w.l.l., spc, s.p.c., pllc, pc
limited: gmbh, g.m.b.h., g m b h, gesmbh, ges mbh, ges m b h, mbh, ggmbh, gemeinnutzige gmbh
limited: gesellschaft mit beschrankter haftung, ug haftungsbeschrankt, ug, unternehmergesellschaft
limited: haftungsbeschrankt, mit beschrankter haftung
limited: sarl, s.a.r.l., s a r l, eurl, e.u.r.l., societe a responsabilite limitee, sasu, sarlu, sprl, bvba
limited: srl, s.r.l., srls, s.r.l.s., societa a responsabilita limitata, a responsabilita limitata, sagl, sl
limited: s.l., slu, s.l.u., sll, sociedad de responsabilidad limitada, s de rl de cv, s de rl, sapi de cv, slp
limited: slne, responsabilidad limitada
limited: bv, b.v., besloten vennootschap, cvba, aps, anpartsselskab, ehf, einkahlutafelag, oü, osauhing, uab
limited: sia, sabiedriba ar ierobezotu atbildibu, uzdaroji akcine bendrove
limited: sp zoo, sp z oo, spzoo, spolka z ograniczona odpowiedzialnoscia, z ograniczona odpowiedzialnoscia, sro
limited: s.r.o., s r o, spol s ro, spol sro, spolecnost s rucenim omezenym, spolocnost s rucenim obmedzenym
limited: doo, d.o.o., drustvo s ogranicenom odgovornoscu, druzba z omejeno odgovornostjo, kft
limited: korlatolt felelossegu tarsasag, eood, ood, shpk, sh pk, dooel
limited: ooo, obsestvo s ogranicennoj otvetstvennostu, s ogranicennoj otvetstvennostu, too
limited: tovarisestvo s ogranicennoj otvetstvennostu, tov, tovaristvo z obmezenou vidpovidalnistu, eood, ood
limited: cp, ooo, tov, tzov, too, mchj, mmc
limited: ltd sti, ltd. şti., limited şirketi, şti, san tic ltd sti, epe, e.p.e., ike, i.k.e.
limited: ike, monoprosope idiotike kephalaiouchike etaireia, cong ty tnhh, tnhh
limited: cong ty trach nhiem huu han, trach nhiem huu han, sdn bhd, sdn, sendirian berhad
limited: 有限公司, 有限责任公司, 责任有限公司, 有限合伙公司, 有限会社, 有限會社, 유한회사, 유한책임회사, 合同会社, godo kaisha, yugen kaisha, yk, gk, 有限责任
limited: 有限, ca kad, brisath ca kad, hbrh b m, bm, b m, dh mm, dhmm, sh dh mm
stock: plc, p.l.c., p l c, public limited company, public limited, inc, incorporated, incorp, corp, corporation
stock: corpn, joint stock company, jsc, cjsc, ojsc, pjsc, joint stock, closed joint stock company
stock: open joint stock company, public joint stock company, bhd, berhad, saog, saoc, psc, pvtjsc, ksc, kscc
stock: qsc, qpsc, bsc, njsc
stock: public ltd, public limited, public ltd co, public company, public jsc, public corporation, o j s c
stock: p j s c, c j s c, jsco, incorporado, incorporada, incorporee, akcionerno obsestvo zakrytogo tipa
stock: akcionerno obsestvo otkrytogo tipa, zakryta akcyanerna tavarystva, adkryta akcyanerna tavarystva
stock: otkrytoe aktsionernoe obshchestvo, zakrytoe aktsionernoe obshchestvo, aktsionernoe obshchestvo
stock: publichnoe aktsionernoe obshchestvo, akcionerno druzestvo, javna delniska druzba
stock: sociedade anonima aberta, sociedad anonima abierta
stock: ag, a.g., aktiengesellschaft, kgaa, kommanditgesellschaft auf aktien, se, s.e., societas europaea, sa
stock: s.a., société anonyme, sociedad anonima, sociedade anonima, sas, s.a.s., société par actions simplifiée
stock: par actions simplifiee, sca, s.c.a., sau, s.a.u., sa de cv, s.a. de c.v., sab de cv, spa, s.p.a., s p a
stock: società per azioni, nv, n.v., naamloze vennootschap, saa, s.a.c., sociedad anonima cerrada
stock: ab, a.b., aktiebolag, aktiebolaget, publ, as, a.s., a/s, asa, aksjeselskap, allmennaksjeselskap
stock: aktieselskab, oy, oyj, osakeyhtiö, julkinen osakeyhtiö, oy ab, hf, hlutafelag, ohf, aktsiaselts
stock: akcine bendrove, akciju sabiedriba, p/f
stock: spółka akcyjna, akciova spolecnost, akciova spolocnost, akcionarsko drustvo, dd, d.d., ad, a.d., nyrt
stock: zrt, nyilvanosan mukodo reszvenytarsasag, zartkoruen mukodo reszvenytarsasag, ead, sh.a., sha
stock: dionicko drustvo, delniska druzba
stock: ao, zao, oao, pao, nao, akcionerno obsestvo, zakryto akcionerno obsestvo
stock: otkryto akcionerno obsestvo, publicno akcionerno obsestvo, at, prat, pat, akcionerne tovaristvo
stock: privatne akcionerne tovaristvo, ead, ad, ao, zao, oao, pao, aozt, anonyme etaireia, anonymi etairia
stock: anonim şirketi, anonim sirketi, a.ş., t.a.s., cong ty co phan, ctcp, co phan, pt, p.t.
stock: perseroan terbatas, tbk, perusahaan terbuka, pt tbk, pcl, public company limited, mhachn, ca kad mhachn
stock: 株, 주, 股份有限公司, 股份公司, 株式会社, 株式會社, 주식회사, kabushiki kaisha, kk, k.k., 股份, 上市公司, 股份合作公司, sh mm, shrkt msahmt
stock: shmm
partnership: partnerschaftsgesellschaft mbb, mbb, offene erwerbsgesellschaft, 任意組合, ohg
partnership: offene handelsgesellschaft, gbr, gesellschaft burgerlichen rechts, snc, s.n.c.
partnership: società in nome collettivo, société en nom collectif, sci, s.c.i., société civile immobilière, vof
partnership: v.o.f., vennootschap onder firma, gp, hb, handelsbolag, ans, i/s, interessentskab, avoin yhtio
partnership: jawna, spolka jawna, sp j, spj, vos, v.o.s., jtd, kd, s.d., 合名会社, partg, partgmbb
partnership: partnerschaftsgesellschaft, sccl, maatschap, beteti tarsasag, 合伙企业, 普通合伙, 合伙, 特殊普通合伙
partnership: sociedad colectiva, scp
limited partnership: lp, l.p., limited partnership, llp, l.l.p., lllp, kg, k.g., kommanditgesellschaft
limited partnership: gmbh co kg, gmbh cokg, gmbh & co. ohg, ag co kg, ag & co. kgaa, gmbh co kgaa, ug co kg
limited partnership: se co kg, kgaa, ks, k/s, kommanditselskab, kommandiittiyhtio, ky, kommanditbolag, cv, c.v.
limited partnership: commanditaire vennootschap, scs, s.c.s., société en commandite simple
limited partnership: società in accomandita semplice, spolka komandytowa, sp k, komandytowa
limited partnership: komanditni spolecnost, sp z oo sp k, ee, 有限合伙, 合资会社, 有限合伙企业
sole: kfr, kfm, întreprindere individuală, intreprindere individuala, pfa, e.k., ek, ekfm, ekfr
sole: eingetragener kaufmann, eingetragene kauffrau, einzelunternehmen, eirl, e.i.r.l., eireli, ip
sole: individualnyj predprinimatel, fop, fizicna osoba pidpriemec, individual entrepreneur
sole: sole proprietorship, sole trader, enkeltmandsvirksomhed, enskild firma, toiminimi, eenmanszaak, dba
sole: d/b/a, 个体工商户, 个体户, 个人独资企业, ditta individuale, impresa individuale, autonomo, freelancer
cooperative: eg, e.g., eingetragene genossenschaft, genossenschaft, cooperative, coop, cooperativa, soc coop
cooperative: società cooperativa, scarl, s.c.a.r.l., sociedad cooperativa, société coopérative, scop, scrl
cooperative: cooperatie, coöperatie, ua, andelsselskab, amba, a.m.b.a., samvirkeforetak, osuuskunta, osk
cooperative: ekonomisk forening, spoldzielnia, druzstvo, zadruga, szovetkezet, kooperativ, 合作社, 专业合作社, 农民专业合作社
cooperative: 股份合作制, 協同組合, 협동조합, koperasi, kooperatif
association: e.v., ev, eingetragener verein, verein, asbl, a.s.b.l., vzw, v.z.w., onlus, asociacion, associacao
association: ry, rekisteroity yhdistys, npo, nonprofit, ngo, 协会, 社团法人, 一般社団法人, 社団法人, 사단법인, cic, cio
foundation: stiftung, foundation, fundacion, fundacao, fondation, fondazione, stichting, fundacja, nadace
foundation: alapitvany, stiftelse, stiftelsen, säätiö, fond, 基金会, 财団法人, 財団法人, 一般財団法人, 재단법인, yayasan, vakfi
state: gosudarstvenno unitarno predpriatie, federalno gosudarstvenno unitarno predpriatie
state: municipalno unitarno predpriatie, gosudarstvenno ucrezdenie
state: federalno gosudarstvenno budzetno ucrezdenie, gosudarstvenno budzetno ucrezdenie
state: municipalno budzetno ucrezdenie, kazenno ucrezdenie, budzetno ucrezdenie, fgbu, fku, gbu, mbu, gku
state: federalno kazenno ucrezdenie, societe d economie mixte, soe, eigenbetrieb, aör, aoer, kdör
state: anstalt des öffentlichen rechts, korperschaft des offentlichen rechts, empresa publica, fgup, gup, mup
state: unitarno predpriatie, 全民所有制, 国有独资, 国营, 独立行政法人, ente pubblico, statni podnik
company: co, company, compagnie, cie, & cie, cia, compania, companhia, firma, kompania, společnost, spolka
company: sociedad, sociedade, société, ste, soc, società, gesellschaft, selskab, yhtiö, bolag, bedrijf
company: maatschappij, kompania, firma, predpriatie, şirketi, sirketi, sirket, cong ty, 公司, 会社, 會社, 회사, brisath
company: shrkt, hbrh, kaisha, gaisha, kongsi
branch: branch, zweigniederlassung, niederlassung, succursale, sucursal, filiale, oddzial, filial, 分公司
)";

// Chinese ones are the shortest words: 汽车配件 is cut into two anyway.
const std::string_view trade_words = R"(
group: group, grupo, groupe, gruppe, gruppo, grup, grupa, groep, koncern, konzern, gruppa, 集团, グループ, 그룹
holding: holding, holdings, hldg, hldgs, holdco, beteiligung, beteiligungs, beteiligungen
holding: beteiligungsgesellschaft, 控股, ホールディングス, 홀딩스
international: international, intl, internacional, internationale, internazionale, internationaler
international: mezhdunarodny, 国际, インターナショナル
global: global, globale, worldwide, weltweit, 环球, 全球, 寰宇
trading: trading, trade, trades, traders, trader, handel, handels, handelsgesellschaft, handelshaus, comercial
trading: comercio, comercializadora, commerce, commercial, negoce, commerciale, commercio, ticaret, handlowe
trading: handlowa, torgovy, torgovyj, torgovaa, torgovla, 贸易, 贸, 商贸, 经贸, 商事, 通商, 무역, 상사
import export: import, export, imports, exports, importexport, impex, importacion, exportacion, importaciones
import export: exportaciones, importation, exportation, einfuhr, ausfuhr, ithalat, ihracat, import, eksport
import export: 进出口, 进口, 出口, 外贸, 对外贸易
industry: industry, industries, industrial, industrie, industria, industrias, industriel, industriale, sanayi
industry: przemysl, promyslennost, promyslennaa, indústria, indústrias, 工业, 实业, 产业, 산업, 공업
technology: technology, technologies, tech, technik, technologie, technologien, technological, technical
technology: tecnologia, tecnologias, technologia, teknoloji, teknologi, technic, technics, technique
technology: techniques, tecnica, tecnicas, tehnologii, tehnologia, tehnika, 科技, 技术, 高科技, 高新, テクノロジー, 기술, 테크
electronics: electronics, electronic, elektronik, electronica, electronique, elettronica, elektronika
electronics: elektronika, 电子, 电器, 家电, エレクトロニクス, 전자
electric: electric, electrical, elektro, elektrik, electricity, electrica, electrico, electrique, elettrica
electric: elektro, 电气, 电力, 机电, 전기
machinery: machinery, machine, machines, maschinen, maschinenbau, maquinaria, maquinas, macchine, makina
machinery: makine, maszyny, masiny, masinostronie, machining, mechanical, mechanics, mechanik, mecanica
machinery: mecanique, 机械, 机器, 机床, 重工, 重型机械, 기계, 機械
manufacturing: manufacturing, manufacturer, manufacturers, manufacture, manufactory, mfg, mfr, produktion
manufacturing: produktions, production, produccion, producciones, producao, produzione, imalat, fabrication
manufacturing: fertigung, fabrik, fabrika, factory, fabrica, fabbrica, usine, works, werke, werk, zavod
manufacturing: fabrika, proizvodstvo, proizvodstvennaa, zavod, 制造, 厂, 加工厂, 工厂, 总厂, 制作, 制品, 製作所, 製造, 제조, 공장
metal: metal, metals, metall, metaux, metales, metalli, metallurgy, metallbau, metallurgical, steel, stahl
metal: stahlbau, stahlhandel, acero, aceros, acier, acciaio, celik, demir, iron, stal, metall, 金属, 钢铁
metal: 钢材, 冶金, 冶炼, 铁合金, 不锈钢, 五金, 铝业, 铜业, 철강, 금속
chemical: chemical, chemicals, chemie, chemistry, quimica, quimicos, quimicas, chimie, chimique, chimica, kimya
chemical: chemia, himia, himiceskij, 化工, 化学, 石化, 화학
plastics: plastic, plastics, kunststoff, kunststoffe, kunststofftechnik, plastico, plasticos, plastique
plastics: plastiques, plastica, plastik, rubber, gummi, caucho, plastmass, 塑料, 塑胶, 塑业, 橡胶, 橡塑, 高分子
packaging: packaging, packing, package, packages, verpackung, verpackungen, verpackungs, embalaje, embalajes
packaging: emballage, emballages, imballaggi, ambalaj, opakowania, upakovka, 包装, 纸业, 纸制品, 印刷, 彩印, printing
packaging: print, druck, druckerei, impresion, imprenta, imprimerie, 포장, 인쇄
textile: textile, textiles, textil, tessile, tekstil, tekstyl, garment, garments, apparel, clothing, fashion
textile: fashions, moda, mode, bekleidung, confecciones, confection, ropa, vetements, tekstil, odezda, 纺织, 纺织品
textile: 服装, 服饰, 针织, 印染, 制衣, 鞋业, 家纺, 皮革, 箱包, 섬유, 의류
furniture: furniture, mobel, mobler, muebles, meubles, mobili, mobilya, meble, mebel, 家具, 家居, 木业, wood, timber
furniture: holz, holzbau, madera, maderas, bois, legno, 가구
building materials: materials, material, baustoffe, baustoff, materiales, materiaux, materiali, materialy
building materials: materiais, 建材, 材料, 新材料, 石材, 陶瓷, 水泥, 玻璃, ceramics, ceramic, keramik, glass, glas, vidrio
building materials: verre, cement, zement, 재료, 소재
construction: construction, constructions, constructora, construcciones, construccion, construcao, construtora
construction: costruzioni, bau, bauunternehmung, baugesellschaft, hochbau, tiefbau, builder, builders, building
construction: buildings, contracting, contractor, contractors, insaat, yapi, budowa, budowlane, stroy
construction: stroitelstvo, stroitelnaa, 建设, 建筑, 建工, 土木, 土建, 건설, 건축, 建設, 工務店
engineering: engineering, engineers, engineer, ingenieria, ingenierie, ingegneria, ingenieurburo, ingenieure
engineering: ingenieur, muhendislik, inzynieria, inziniring, engenharia, 工程, 装备, 설비, エンジニアリング, 엔지니어링
installation: installation, installations, installationen, instalaciones, sanitar, heizung, heating, klima
installation: klimatechnik, haustechnik, plumbing, 安装, 装饰, 装修, 装潢, dekoration, decoration, interiors, interior
real estate: realestate, realty, property, properties, estate, estates, immobilien, inmobiliaria, immobilier
real estate: immobiliare, gayrimenkul, emlak, nieruchomosci, nedvizimost, imobiliaria, 房地产, 地产, 置业, 房产, 物业
real estate: 不動産, 부동산
automotive: automotive, auto, autos, automobile, automobiles, automobil, automoviles, automotriz, car, cars
automotive: vehicle, vehicles, motors, motor, motoren, kfz, autohaus, fahrzeuge, fahrzeugbau, otomotiv, avto
automotive: avtomobili, 汽车, 汽配, 车业, 摩托车, 자동차, 自動車
parts: parts, components, component, teile, ersatzteile, komponenten, repuestos, partes, pieces, componentes
parts: componenti, ricambi, czesci, zapcasti, spares, accessories, zubehor, 配件, 零部件, 零件, 部件, 부품
equipment: equipment, equipments, equip, equipos, equipo, equipement, equipements, apparatus, apparate, anlagen
equipment: anlagenbau, gerate, geratebau, gear, tools, tool, werkzeug, werkzeuge, werkzeugbau, herramientas
equipment: outils, utensili, instruments, instrument, instrumente, oborudovanie, 设备, 器材, 仪器, 仪表, 工具, 模具, 器械, 장비
equipment: 기기
automotive: fahrzeugtechnik, karosserie, werkstatt, garage, garages, taller, talleres, atelier, officina, workshop
electric: elektrotechnik, elektroinstallation, electricians, electrician
construction: roofing, roofers, dachdecker, gebaudetechnik, flooring, paving, masonry, carpentry, joinery, painting
medical: medical, medic, medica, medico, medicos, medizin, medizintechnik, medicine, healthcare, health
medical: gesundheit, salud, sante, sanita, saglik, clinic, clinica, clinique, klinik, hospital, pharma
medical: pharmaceutical, pharmaceuticals, pharmacy, apotheke, farmacia, pharmacie, farmaceutica, ilac, farma
medical: medicinskij, dental, zahnarzt, 医疗, 医药, 制药, 药业, 生物, 健康, 医院, 药房, 大药房, 의료, 제약, 바이오, 製薬, biotech
medical: biotechnology, bio
food: food, foods, foodstuff, foodstuffs, lebensmittel, nahrungsmittel, alimentos, alimentaria, alimenticia
food: alimentation, aliments, alimentari, alimentare, gida, zywnosc, produkty, 食品, 粮油, 粮食, 餐饮, 饮料, 酒业, 茶业, 乳业
food: 调味品, 食品加工, beverage, beverages, getranke, bebidas, boissons, bevande, catering, restaurant, restaurants
food: restaurante, ristorante, cafe, bakery, backerei, panaderia, boulangerie, 식품, 푸드
agriculture: agriculture, agricultural, agrar, agricola, agro, agri, agribusiness, farm, farms, farming
agriculture: landwirtschaft, landtechnik, tarim, ferme, fazenda, agro, selsko, 农业, 农产品, 养殖, 种植, 畜牧, 园林, 园林绿化
agriculture: 林业, 水产, 渔业, 饲料, garden, gardens, garten, gartenbau, jardin, seafood, 농업, 수산
energy: energy, energie, energia, enerji, energetika, power, solar, solartechnik, photovoltaic, photovoltaik
energy: oil, gas, petroleum, petrol, petroleo, energia, neft, gaz, 能源, 新能源, 石油, 天然气, 燃气, 太阳能, 光伏, 光电, 电源, 电池
energy: 煤业, 煤炭, 矿业, mining, mines, mine, minera, mineria, bergbau, battery, batteries, 环保, 环境, umwelt
energy: umwelttechnik, environmental, environment, ambiental, water, wasser, agua, 水务, 水利, 에너지
lighting: lighting, light, lights, led, beleuchtung, licht, lichttechnik, iluminacion, eclairage, illuminazione
lighting: aydinlatma, 照明, 灯饰, 灯具, 조명
logistics: logistics, logistic, logistik, logistica, logistique, lojistik, logistika, transport, transports
logistics: transportation, transporte, transportes, trasporti, spedition, speditions, forwarding, forwarders
logistics: freight, shipping, cargo, nakliyat, tasimacilik, spedycja, transport, express, courier, 物流, 运输, 货运
logistics: 快递, 速递, 供应链, 航运, 海运, 仓储, 물류, 운송
travel: travel, travels, tours, tour, tourism, touristik, reisen, reiseburo, viajes, turismo, voyages, viaggi
travel: turizm, turystyka, hotel, hotels, 旅游, 旅行社, 酒店, 宾馆, 饭店, 여행, 호텔
media: media, medien, medios, multimedia, advertising, werbung, werbeagentur, publicidad, publicite, pubblicita
media: reklam, reklama, marketing, communication, communications, comunicacion, comunicaciones, kommunikation
media: publishing, publisher, publishers, verlag, editorial, editora, film, films, studio, studios, design
media: designs, dizajn, reklama, 传媒, 广告, 文化, 传播, 影视, 影业, 设计, 营销, 策划, 出版社, 会展, 展览, 미디어, 광고
software: software, softwares, softwareentwicklung, program, computer, computers, computing, informatik
software: informatica, informatique, informatics, it, yazilim, bilisim, programmno, digital, digitale
software: digitales, data, daten, datos, cloud, internet, online, web, network, networks, netzwerk, netzwerke
software: redes, reseaux, 软件, 信息, 计算机, 电脑, 网络, 数字, 数码, 数据, 智能, 人工智能, 互联网, 云计算, 电商, ecommerce, 시스템, 소프트웨어, 정보
telecom: telecom, telecoms, telecommunication, telecommunications, telekom, telekommunikation
telecom: telecomunicaciones, telefonica, tele, telekom, mobile, wireless, 通信, 通讯, 电信, 移动, 联通, 통신
services: service, services, servicio, servicios, servico, servicos, dienstleistung, dienstleistungen, dienste
services: servizi, servizio, hizmetleri, hizmet, uslugi, servis, 服务, 서비스, サービス
consulting: consulting, consultants, consultant, consultancy, consult, beratung, beratungs
consulting: unternehmensberatung, consultoria, consultores, conseil, conseils, consulenza, danismanlik
consulting: doradztwo, konsalting, advisory, advisors, advisers, adviser, asesoria, asesores, management, mgmt
consulting: gestion, gestione, verwaltung, verwaltungs, yonetim, zarzadzanie, upravlenie, 咨询, 管理, 商务, 顾问, 人力资源
consulting: 劳务, staffing, recruitment, personal, personalservice, zeitarbeit, 컨설팅
finance: finance, trust, financial, finances, finanz, finanzen, finanziaria, financiera, financiere, finansal
finance: capital, kapital, investment, investments, invest, investors, investitions, inversiones
finance: investissement, investissements, investimenti, yatirim, inwestycje, invest, investicii, fund, funds
finance: fonds, asset, assets, vermogensverwaltung, securities, wealth, 投资, 创业投资, 股权投资, 资产, 资本, 金融, 财务, 基金, 证券
finance: 期货, 信托, 租赁, 融资租赁, 典当, 担保, 融资担保, 小额贷款, 财富, 투자, 금융, 증권
bank: bank, banks, banco, banque, banca, bankasi, banken, sparkasse, volksbank, raiffeisenbank, 银行, 商业银行
bank: 村镇银行, 农村商业银行, 农商银行, 信用社, 은행, 銀行
bank branch: 分行, 支行, 营业部, 分部, 分店, 分社, 分理处, 储蓄所, 营业所
insurance: insurance, insurances, assurance, assurances, versicherung, versicherungs, versicherungen, seguros
insurance: seguro, assicurazioni, sigorta, ubezpieczenia, strahovanie, strahovaa, 保险, 财产保险, 人寿, 财险, 再保险, broker
insurance: brokers, brokerage, makler, 经纪, 代理, agency, agencies, agentur, agencia, agence, agenzia, agents, 보험
legal: law, lawyers, lawyer, legal, attorneys, attorney, rechtsanwalte, rechtsanwalt, kanzlei, abogados
legal: avocats, avvocati, hukuk, notary, steuerberatung, steuerberater, tax, accounting, accountants, audit
legal: auditors, wirtschaftsprufung, buchhaltung, contadores, 律师, 会计师事务所, 会计, 税务, 事务所, 税务师事务所, 法律
education: education, educational, educacion, bildung, schule, school, schools, escuela, colegio, ecole, scuola
education: okul, egitim, academy, akademie, academia, academie, college, university, universitat, universidad
education: universite, universita, institute, institut, instituto, istituto, training, kindergarten, preschool
education: daycare, childcare, learning, 教育, 培训, 学校, 大学, 学院, 研究院, 研究所, 研究, 幼儿园, 设计院, 中学, 小学, research
education: forschung, 교육, 학원, 연구소, child, children, childrens, childhood, preschools, nursery, kita, students
organisation: association, associations, society, league, council, committee, community, communities, neighborhood, neighbourhood
real estate: court, plaza, tower, towers, mall
organisation: church, parish, ministries, programme, programmes, family, families
security: security, sicherheit, sicherheitstechnik, sicherheitsdienst, seguridad, securite, sicurezza, guvenlik
security: 安防, 保安, 消防, 安全, 보안, safety, protection
retail: retail, retailer, retailers, store, stores, shop, shops, shopping, market, markets, markt, mart
retail: supermarket, supermarkets, supermercado, supermercados, tienda, tiendas, magasin, magasins, negozio
retail: magaza, sklep, sklepy, magazin, einzelhandel, grosshandel, wholesale, wholesaler, mayorista
retail: distribution, distributions, distributor, distributors, distribucion, distribuciones, distribuidora
retail: distribuzione, vertrieb, vertriebs, vertriebsgesellschaft, pazarlama, dystrybucja, sales, ventas
retail: ventes, vendite, verkauf, supply, supplies, supplier, suppliers, suministros, lieferant, fornitura, 超市
retail: 百货, 商场, 商店, 销售, 经销, 经营, 批发, 零售, 连锁, 连锁店, 专卖店, 商行, 市场, 供应, 采购, 商城, 유통, 판매, 마트
development: development, developments, developer, developers, entwicklung, entwicklungs, desarrollo
development: desarrollos, developpement, sviluppo, gelistirme, rozwoj, razvitie, 发展, 开发, 开发区, 개발
system: system, systems, systeme, sistema, sistemas, systemes, sistemi, sistem, systemy, sistemy
system: solution, solutions, losungen, losung, soluciones, solucoes, soluzioni, cozumleri, rozwiazania, resenia
system: 系统, 解决方案, 集成, 自动化, automation, automatisierung, automatizacion, automatisation, automazione, otomasyon
system: automatyka, avtomatizacia, control, controls, robotics, robot, 控制, 机器人, 솔루션, 자동화
products: product, products, produkt, produkte, producto, productos, produit, produits, prodotto, prodotti
products: produtos, urunleri, produkty, produkcia, goods, waren, wares, 产品, 用品, 日用品, 办公用品, 用具, 体育用品, 工艺品, 工艺
products: 礼品, 玩具, toys, spielwaren, juguetes, gifts, arts, crafts, sports, sport, deportes, cosmetics, cosmetic
products: kosmetik, beauty, cosmeticos, cosmetiques, 化妆品, 美容, 日化, 母婴, jewelry, jewellery, schmuck, joyeria
products: bijoux, 珠宝, 首饰, 黄金, 제품, 화장품
enterprise: enterprise, enterprises, entreprise, entreprises, unternehmen, unternehmensgruppe, empresa
enterprise: empresas, impresa, imprese, isletmeleri, przedsiebiorstwo, business, businesses, ventures, venture
enterprise: partners, partner, associates, brothers, bros, gebruder, hermanos, freres, fratelli, kardesler
enterprise: sons, son, sohne, sohn, hijos, fils, figli, ogullari, union, united, general, national, 企业, 事业, 联合
enterprise: 合作, 总公司, 集团公司, 总部, 中心, center, centre, centro, zentrum, merkezi, office, buro, bureau, 办事处, 代表处
enterprise: 工作室, 商会, 기업
)";

const std::string_view place_words = R"(
china: china, prc, chinese, 中国, 中华, 中华人民共和国, 중국
hong kong: hong kong, hongkong, hk, 香港
taiwan: taiwan, 台湾
macau: macau, macao, 澳门
japan: japan, nippon, japanese, 日本, 일본
korea: korea, korean, 韩国, 한국, 대한민국
india: india, indian, bharat, 印度
vietnam: vietnam, 越南
thailand: thailand, thai, siam, 泰国
malaysia: malaysia, malaysian, 马来西亚
singapore: singapore, 新加坡, 싱가포르
indonesia: indonesia, 印度尼西亚, 印尼
philippines: philippines, philippine, 菲律宾
australia: australia, australian, aust, 澳大利亚, 澳洲
germany: germany, german, deutschland, deutsche, deutscher, deutsches, alemania, allemagne, germania, almanya
germany: 德国
austria: austria, osterreich, osterreichische, 奥地利
switzerland: switzerland, schweiz, schweizerische, suisse, svizzera, swiss, 瑞士
france: france, french, francaise, francais, frankreich, francia, 法国
italy: italy, italia, italian, italiana, italiano, italien, 意大利
spain: spain, espana, espanola, spanish, iberica, iberia, spanien, 西班牙
portugal: portugal, portuguesa, 葡萄牙
uk: uk, u.k., britain, british, england, english, scotland, scottish, wales, 英国
ireland: ireland, irish, 爱尔兰
netherlands: netherlands, nederland, nederlandse, dutch, holland, 荷兰
belgium: belgium, belgie, belgique, 比利时
sweden: sweden, sverige, svenska, swedish, 瑞典
norway: norway, norge, norsk, norske, 挪威
denmark: denmark, danmark, dansk, danish, 丹麦
finland: finland, suomi, suomen, finnish, 芬兰
poland: poland, polska, polski, polskie, polish, 波兰
russia: russia, russian, russland, rossia, rossijskaa, rossiya, rossii, 俄罗斯
ukraine: ukraine, ukraina, 乌克兰
turkey: turkey, turkiye, turk, turkish, 土耳其
usa: usa, u.s.a., america, american, americas, americana, 美国
canada: canada, canadian, kanada, 加拿大
mexico: mexico, mexicana, mexicano, mexican, 墨西哥
brazil: brazil, brasil, brasileira, brasileiro, brazilian, 巴西
argentina: argentina, argentino, 阿根廷
chile: chile, chilena, 智利
colombia: colombia, colombiana, 哥伦比亚
peru: peru, peruana, 秘鲁
uae: uae, u.a.e., emirates, dubai, 阿联酋, 迪拜
asia: asia, asian, asien, apac, 亚洲, 亚太, 아시아
europe: europe, european, europa, europaische, 欧洲
africa: africa, african, afrika, 非洲
beijing: beijing, peking, 北京
shanghai: shanghai, 上海
tianjin: tianjin, tientsin, 天津
chongqing: chongqing, 重庆
guangdong: guangdong, canton, 广东
guangzhou: guangzhou, 广州
shenzhen: shenzhen, 深圳
dongguan: dongguan, 东莞
foshan: foshan, 佛山
zhuhai: zhuhai, 珠海
zhongshan: zhongshan, 中山
huizhou: huizhou, 惠州
shantou: shantou, 汕头
jiangmen: jiangmen, 江门
zhanjiang: zhanjiang, 湛江
zhejiang: zhejiang, 浙江
hangzhou: hangzhou, 杭州
ningbo: ningbo, 宁波
wenzhou: wenzhou, 温州
yiwu: yiwu, 义乌
shaoxing: shaoxing, 绍兴
jiaxing: jiaxing, 嘉兴
huzhou: huzhou, 湖州
jinhua: jinhua, 金华
taizhou: taizhou, 台州, 泰州
quzhou: quzhou, 衢州
zhoushan: zhoushan, 舟山
jiangsu: jiangsu, 江苏
nanjing: nanjing, nanking, 南京
suzhou: suzhou, 苏州, 宿州
wuxi: wuxi, 无锡
changzhou: changzhou, 常州
nantong: nantong, 南通
xuzhou: xuzhou, 徐州
yangzhou: yangzhou, 扬州
zhenjiang: zhenjiang, 镇江
yancheng: yancheng, 盐城
lianyungang: lianyungang, 连云港
huaian: huaian, 淮安
suqian: suqian, 宿迁
kunshan: kunshan, 昆山
shandong: shandong, 山东
jinan: jinan, 济南
qingdao: qingdao, tsingtao, 青岛
yantai: yantai, 烟台
weifang: weifang, 潍坊
weihai: weihai, 威海
zibo: zibo, 淄博
linyi: linyi, 临沂
jining: jining, 济宁
dongying: dongying, 东营
rizhao: rizhao, 日照
fujian: fujian, 福建
fuzhou: fuzhou, 福州, 抚州
xiamen: xiamen, amoy, 厦门
quanzhou: quanzhou, 泉州
zhangzhou: zhangzhou, 漳州
putian: putian, 莆田
anhui: anhui, 安徽
hefei: hefei, 合肥
wuhu: wuhu, 芜湖
bengbu: bengbu, 蚌埠
tongling: tongling, 铜陵
maanshan: maanshan, 马鞍山
anqing: anqing, 安庆
jiangxi: jiangxi, 江西
nanchang: nanchang, 南昌
jiujiang: jiujiang, 九江
ganzhou: ganzhou, 赣州
hubei: hubei, 湖北
wuhan: wuhan, 武汉
yichang: yichang, 宜昌
xiangyang: xiangyang, 襄阳
hunan: hunan, 湖南
changsha: changsha, 长沙
zhuzhou: zhuzhou, 株洲
xiangtan: xiangtan, 湘潭
hengyang: hengyang, 衡阳
henan: henan, 河南
zhengzhou: zhengzhou, 郑州
luoyang: luoyang, 洛阳
kaifeng: kaifeng, 开封
hebei: hebei, 河北
shijiazhuang: shijiazhuang, 石家庄
tangshan: tangshan, 唐山
baoding: baoding, 保定
langfang: langfang, 廊坊
cangzhou: cangzhou, 沧州
handan: handan, 邯郸
shanxi: shanxi, 山西
taiyuan: taiyuan, 太原
datong: datong, 大同
shaanxi: shaanxi, 陕西
xian: xian, 西安
sichuan: sichuan, 四川
chengdu: chengdu, 成都
mianyang: mianyang, 绵阳
yunnan: yunnan, 云南
kunming: kunming, 昆明
guizhou: guizhou, 贵州
guiyang: guiyang, 贵阳
guangxi: guangxi, 广西
nanning: nanning, 南宁
guilin: guilin, 桂林
liuzhou: liuzhou, 柳州
hainan: hainan, 海南
haikou: haikou, 海口
sanya: sanya, 三亚
liaoning: liaoning, 辽宁
shenyang: shenyang, 沈阳
dalian: dalian, 大连
anshan: anshan, 鞍山
jilin: jilin, 吉林
changchun: changchun, 长春
heilongjiang: heilongjiang, 黑龙江
harbin: harbin, 哈尔滨
daqing: daqing, 大庆
neimenggu: neimenggu, 内蒙古
hohhot: hohhot, 呼和浩特
baotou: baotou, 包头
ningxia: ningxia, 宁夏
yinchuan: yinchuan, 银川
gansu: gansu, 甘肃
lanzhou: lanzhou, 兰州
qinghai: qinghai, 青海
xining: xining, 西宁
xinjiang: xinjiang, 新疆
urumqi: urumqi, wulumuqi, 乌鲁木齐
tibet: tibet, xizang, 西藏
lhasa: lhasa, lasa, 拉萨
taipei: taipei, 台北
kaohsiung: kaohsiung, 高雄
tokyo: tokyo, 东京
osaka: osaka, 大阪
seoul: seoul, 서울, 首尔
london: london, londres, 伦敦
paris: paris, 巴黎
berlin: berlin, 柏林
munich: munich, munchen, munchner, 慕尼黑
hamburg: hamburg, hamburger, 汉堡
frankfurt: frankfurt, frankfurter, 法兰克福
cologne: cologne, koln, kolner
stuttgart: stuttgart, stuttgarter
dusseldorf: dusseldorf
leipzig: leipzig, leipziger
dresden: dresden, dresdner
hanover: hanover, hannover
nuremberg: nuremberg, nurnberg
bremen: bremen, bremer
vienna: vienna, wien, wiener
zurich: zurich, zuricher
geneva: geneva, geneve, genf
basel: basel, basler
madrid: madrid
barcelona: barcelona
valencia: valencia
sevilla: sevilla, seville
bilbao: bilbao
milan: milan, milano, mailand
rome: rome, roma, rom
moscow: moscow, moskva, moskau, 莫斯科
istanbul: istanbul
new york: newyork, york, ny, nyc, 纽约
california: california
chicago: chicago
texas: texas, tx
houston: houston
boston: boston
florida: florida
toronto: toronto
sydney: sydney
melbourne: melbourne
mumbai: mumbai, bombay
delhi: delhi
)";

} // namespace highseas::screen
