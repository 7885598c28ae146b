/* SPDX-License-Identifier: MIT */
/*
 * What is asked for a question, and what is taken of the answers.
 *
 *      host ──► hosts file ──► found
 *        └───► A, AAAA ─────► found        SRV ──► hosts, each with its port
 */
#include <ares.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "net/dns_ttl.h"
#include "net/resolver_inside.h"

/* Seconds after which the hosts file is read again. */
enum { FILE_TTL = 10 };

/* One query, until its answer is there. */
struct query {
	struct question *q;
	int family;
	struct resolver_found like; /* port, priority and weight of it */
};

/* ── What is known ── */

static void note_ttl(struct question *q, int64_t ttl)
{
	int64_t least = MAX(ttl, (int64_t)RESOLVER_TTL_MIN);

	q->ttl_s = (uint32_t)MIN(least, (int64_t)q->ttl_s);
}

static void note_failed(struct question *q, int status)
{
	if (status == ARES_ENOTFOUND || status == ARES_ENODATA)
		q->nothing = status;
	else
		q->unknown = status;
}

static void note(struct question *q, int family, const void *ip,
		 const struct resolver_found *like)
{
	if (found_add(&q->found, family, ip, like) < 0)
		note_failed(q, ARES_ENOMEM);
}

/* ── Addresses ── */

static int take_a(const struct query *y, const unsigned char *from, int len)
{
	struct ares_addrttl got[RESOLVER_ADDRESSES_MAX];
	int n = RESOLVER_ADDRESSES_MAX;
	int status = ares_parse_a_reply(from, len, NULL, got, &n);

	for (int i = 0; status == ARES_SUCCESS && i < n; i++) {
		note(y->q, AF_INET, &got[i].ipaddr, &y->like);
		note_ttl(y->q, got[i].ttl);
	}
	return status == ARES_SUCCESS && n == 0 ? ARES_ENODATA : status;
}

static int take_aaaa(const struct query *y, const unsigned char *from, int len)
{
	struct ares_addr6ttl got[RESOLVER_ADDRESSES_MAX];
	int n = RESOLVER_ADDRESSES_MAX;
	int status = ares_parse_aaaa_reply(from, len, NULL, got, &n);

	for (int i = 0; status == ARES_SUCCESS && i < n; i++) {
		note(y->q, AF_INET6, &got[i].ip6addr, &y->like);
		note_ttl(y->q, got[i].ttl);
	}
	return status == ARES_SUCCESS && n == 0 ? ARES_ENODATA : status;
}

static void addresses_came(void *context, int status, int timeouts,
			   unsigned char *from, int len)
{
	struct query *y = context;

	(void)timeouts;
	if (status == ARES_SUCCESS)
		status = y->family == AF_INET ? take_a(y, from, len)
					      : take_aaaa(y, from, len);
	if (status != ARES_SUCCESS)
		note_failed(y->q, status);
	y->q->open--;
	free(y);
}

/* ── Hosts ── */

static bool take_file(struct question *q, const char *host, int family,
		      const struct resolver_found *like)
{
	struct hostent *h = NULL;

	if (ares_gethostbyname_file(q->channel, host, family, &h) !=
	    ARES_SUCCESS)
		return false;
	for (char **ip = h->h_addr_list; *ip != NULL; ip++)
		note(q, family, *ip, like);
	ares_free_hostent(h);
	note_ttl(q, FILE_TTL);
	return true;
}

static void ask(struct question *q, const char *host, int family,
		const struct resolver_found *like)
{
	struct query *y = malloc(sizeof(*y));

	if (y == NULL) {
		note_failed(q, ARES_ENOMEM);
		return;
	}
	*y = (struct query){ q, family, *like };
	q->open++;
	ares_search(q->channel, host, DNS_IN,
		    family == AF_INET ? DNS_A : DNS_AAAA, addresses_came, y);
}

static void ask_host(struct question *q, const char *host,
		     const struct resolver_found *like)
{
	bool in_file = take_file(q, host, AF_INET, like);

	in_file |= take_file(q, host, AF_INET6, like);
	if (in_file)
		return;
	ask(q, host, AF_INET, like);
	ask(q, host, AF_INET6, like);
}

/* ── Services ── */

/* A host "." says that there is no such service here (RFC 2782). */
static int take_hosts(struct question *q, const unsigned char *from, int len)
{
	struct ares_srv_reply *first = NULL;
	int status = ares_parse_srv_reply(from, len, &first);
	int n = 0;

	for (const struct ares_srv_reply *at = first;
	     at != NULL && n < RESOLVER_HOSTS_MAX; at = at->next) {
		struct resolver_found like = { .priority = at->priority,
					       .weight = at->weight };

		if (at->port == 0 || at->host[0] == '\0' ||
		    strcmp(at->host, ".") == 0)
			continue;
		found_set_port(&like, at->port);
		ask_host(q, at->host, &like);
		n++;
	}
	ares_free_data(first);
	return status == ARES_SUCCESS && n == 0 ? ARES_ENODATA : status;
}

static void hosts_came(void *context, int status, int timeouts,
		       unsigned char *from, int len)
{
	struct question *q = context;

	(void)timeouts;
	if (status == ARES_SUCCESS) {
		note_ttl(q, dns_ttl(from, (size_t)len, DNS_SRV));
		status = take_hosts(q, from, len);
	}
	if (status != ARES_SUCCESS)
		note_failed(q, status);
	q->open--;
}

/* ── All of it ── */

void question_read_begin(struct question *q)
{
	struct resolver_found like = { .priority = 0 };

	q->ttl_s = RESOLVER_TTL_MAX;
	if (q->ask.port == 0) {
		q->open++;
		ares_search(q->channel, q->name, DNS_IN, DNS_SRV, hosts_came,
			    q);
		return;
	}
	found_set_port(&like, q->ask.port);
	ask_host(q, q->name, &like);
}

static const char *words(int status)
{
	switch (status) {
	case ARES_ENODATA:
		return "it has no address";
	case ARES_ENOTFOUND:
		return "there is no such name";
	case ARES_EBADNAME:
		return "that is no name";
	case ARES_ETIMEOUT:
		return "no DNS server answers in time";
	case ARES_ECONNREFUSED: /* whatever the last of them said */
		return "no DNS server has an answer";
	case ARES_EBADRESP:
		return "the answer is malformed";
	default:
		return ares_strerror(status);
	}
}

struct resolver_answer question_read_end(struct question *q)
{
	int status = q->unknown != 0 ? q->unknown : q->nothing;

	found_sort(&q->found);
	return (struct resolver_answer){
		.why = q->found.n == 0 ? words(status) : NULL,
		.is_part = q->unknown != 0,
		.ttl_s = q->ttl_s,
		.n = q->found.n,
		.at = q->found.at,
	};
}
