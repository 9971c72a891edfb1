#include "core/screen/domain.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <libpsl.h>
#include <unicode/bytestream.h>
#include <unicode/idna.h>

#include "core/screen/text.hpp"

#include "core/no_postgres.hpp"

namespace highseas::screen {

namespace {

const icu::IDNA &idna() {
    static const std::unique_ptr<const icu::IDNA> instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        std::unique_ptr<const icu::IDNA> made(
            icu::IDNA::createUTS46Instance(UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_USE_STD3_RULES |
                                               UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ,
                                           status));
        if (U_FAILURE(status))
            throw std::runtime_error(std::string("ICU: ") + u_errorName(status));
        return made;
    }();
    return *instance;
}

const psl_ctx_t &suffix_list() {
    const psl_ctx_t *list = psl_builtin();
    if (!list)
        throw std::runtime_error("libpsl has no built-in list");
    return *list;
}

// Empty where it is no host name.
std::string ascii_host(std::string_view host) {
    while (!host.empty() && host.back() == '.')
        host.remove_suffix(1);
    std::string result;
    icu::StringByteSink<std::string> sink(&result);
    icu::IDNAInfo info;
    UErrorCode status = U_ZERO_ERROR;
    idna().nameToASCII_UTF8(icu::StringPiece(host.data(), static_cast<int32_t>(host.size())), sink,
                            info, status);
    // The ideographic full stop is a dot, too.
    while (!result.empty() && result.back() == '.')
        result.pop_back();
    if (U_FAILURE(status) || result.empty() || result.size() > 253 ||
        (info.getErrors() & ~static_cast<uint32_t>(UIDNA_ERROR_EMPTY_LABEL)) != 0 ||
        result.front() == '.' || result.find("..") != std::string::npos)
        return {};
    const auto last_label = result.substr(result.rfind('.') + 1);
    if (std::all_of(last_label.begin(), last_label.end(),
                    [](char c) { return c >= '0' && c <= '9'; }))
        return {}; // an IP address
    return result;
}

// http://user@www.example.com:80/path → www.example.com
std::string_view host_part(std::string_view text) {
    if (const auto scheme = text.find("//");
        scheme != std::string_view::npos && (scheme == 0 || text[scheme - 1] == ':'))
        text.remove_prefix(scheme + 2);
    text = text.substr(0, text.find_first_of("/?#\\,; \t\r\n"));
    if (const auto user = text.rfind('@'); user != std::string_view::npos)
        text.remove_prefix(user + 1);
    return text.substr(0, text.find(':'));
}

} // namespace

Domain normalise_domain(std::string_view text, const DomainRules &rules) {
    Domain domain;
    if (text.size() > longest_domain_text) {
        domain.problem = Problem::too_long;
        return domain;
    }
    const std::string_view given = trimmed(text);
    if (given.empty()) {
        domain.problem = Problem::empty;
        return domain;
    }
    domain.host = ascii_host(host_part(given));
    const char *registered =
        domain.host.empty() ? nullptr : psl_registrable_domain(&suffix_list(), domain.host.c_str());
    if (!registered) {
        domain.problem = Problem::not_a_domain;
        return domain;
    }
    domain.key = registered;
    const auto top = domain.host.rfind('.') + 1;
    domain.known_suffix = psl_is_public_suffix2(&suffix_list(), domain.host.c_str() + top,
                                                PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
    domain.shared = rules.of(domain.host).shared;
    return domain;
}

std::string suffix_list_version() {
    return std::string(psl_builtin_sha1sum()).substr(0, 12);
}

void DomainRules::set(std::string_view domain, DomainRule rule) {
    rules_.insert_or_assign(std::string(domain), std::move(rule));
}

const DomainRule *DomainRules::find(std::string_view host) const {
    const auto found = rules_.find(host);
    return found == rules_.end() ? nullptr : &found->second;
}

const DomainRule &DomainRules::of(std::string_view host) const {
    static const DomainRule no_rule;
    for (;;) {
        if (const DomainRule *rule = find(host))
            return *rule;
        if (this != &built_in())
            if (const DomainRule *rule = built_in().find(host))
                return *rule;
        const auto dot = host.find('.');
        if (dot == std::string_view::npos)
            return no_rule;
        host.remove_prefix(dot + 1);
    }
}

const DomainRules &DomainRules::built_in() {
    static const DomainRules instance = [] {
        DomainRules rules;
        const auto each = [](std::string_view list, const auto &visit) {
            while (!list.empty()) {
                const auto end = std::min(list.find(' '), list.size());
                visit(list.substr(0, end));
                list.remove_prefix(std::min(end + 1, list.size()));
            }
        };
        const auto shared = [&](std::string_view domains, DomainRule rule = {}) {
            rule.shared = true;
            each(domains, [&](std::string_view domain) { rules.set(domain, rule); });
        };
        // Free mail.
        shared(
            "qq.com foxmail.com 163.com 126.com yeah.net vip.163.com vip.126.com vip.qq.com "
            "139.com 189.cn wo.cn 21cn.com 188.com sina.com sina.cn vip.sina.com sohu.com tom.com "
            "aliyun.com 263.net eyou.com");
        shared(
            "aol.com aim.com mail.com email.com usa.com gmx.com gmx.net gmx.de gmx.at gmx.ch "
            "web.de "
            "t-online.de freenet.de arcor.de online.de bluewin.ch hispeed.ch chello.at orange.fr "
            "wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it alice.it tin.it "
            "tiscali.it "
            "terra.es telefonica.net terra.com.br uol.com.br bol.com.br ig.com.br mail.ru bk.ru "
            "inbox.ru list.ru internet.ru rambler.ru ukr.net i.ua wp.pl o2.pl onet.pl interia.pl "
            "seznam.cz email.cz centrum.cz azet.sk abv.bg freemail.hu citromail.hu naver.com "
            "daum.net hanmail.net nate.com docomo.ne.jp ezweb.ne.jp softbank.ne.jp rediffmail.com "
            "btinternet.com ntlworld.com virginmedia.com sky.com talktalk.net comcast.net "
            "verizon.net "
            "att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net juno.com "
            "rogers.com sympatico.ca shaw.ca bigpond.com optusnet.com.au xtra.co.nz tutanota.com "
            "tuta.io hushmail.com lycos.com excite.com inbox.com hotmail.co.uk seed.net.tw "
            "hinet.net "
            "pchome.com.tw netvigator.com singnet.com.sg mailinator.com yopmail.com");
        shared("gmail.com", {.same_as = {}, .tag_separator = "+", .ignored = "."});
        shared("googlemail.com", {.same_as = "gmail.com", .tag_separator = "+", .ignored = "."});
        shared(
            "outlook.com hotmail.com live.com msn.com outlook.de outlook.fr outlook.es outlook.it "
            "outlook.jp hotmail.de hotmail.fr hotmail.es hotmail.it hotmail.co.uk live.cn live.de "
            "live.fr live.co.uk fastmail.com fastmail.fm zoho.com mailbox.org posteo.de",
            {.same_as = {}, .tag_separator = "+", .ignored = {}});
        shared("yahoo.com ymail.com rocketmail.com yahoo.co.uk yahoo.co.jp yahoo.co.in yahoo.de "
               "yahoo.fr "
               "yahoo.es yahoo.it yahoo.com.br yahoo.com.cn yahoo.cn yahoo.com.hk yahoo.com.tw "
               "yahoo.com.sg yahoo.ca yahoo.com.au yahoo.com.mx yahoo.com.ar",
               {.same_as = {}, .tag_separator = "-", .ignored = {}});
        shared("icloud.com", {.same_as = {}, .tag_separator = "+", .ignored = {}});
        shared("me.com mac.com", {.same_as = "icloud.com", .tag_separator = "+", .ignored = {}});
        shared("proton.me", {.same_as = {}, .tag_separator = "+", .ignored = ".-_"});
        shared("protonmail.com protonmail.ch pm.me",
               {.same_as = "proton.me", .tag_separator = "+", .ignored = ".-_"});
        shared("yandex.ru", {.same_as = {}, .tag_separator = "+", .ignored = {}});
        shared("ya.ru yandex.com yandex.ua yandex.by yandex.kz narod.ru",
               {.same_as = "yandex.ru", .tag_separator = "+", .ignored = {}});
        // Market places, networks and builders of sites, where each page is somebody else's.
        shared(
            "alibaba.com 1688.com made-in-china.com globalsources.com taobao.com tmall.com jd.com "
            "dhgate.com aliexpress.com hc360.com amazon.com ebay.com etsy.com indiamart.com "
            "tradeindia.com ec21.com tradekey.com mercadolibre.com facebook.com fb.com "
            "linkedin.com "
            "instagram.com twitter.com x.com youtube.com tiktok.com weibo.com weixin.qq.com "
            "xing.com vk.com pinterest.com wa.me t.me google.com goo.gl bit.ly linktr.ee "
            "wix.com wixsite.com weebly.com wordpress.com blogspot.com sites.google.com yelp.com");
        return rules;
    }();
    return instance;
}

} // namespace highseas::screen
