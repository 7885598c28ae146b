/* SPDX-License-Identifier: MIT */
/* The URLs of a server, those of IPv4 first. */
#include "cli/share.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/qr.h"
#include "cli/say.h"
#include "net/addr.h"
#include "serve/serve.h"

enum { URL_SIZE = ADDR_TEXT_SIZE + 16, COLUMNS = 80 };

/* What is written out, and the URL for the QR code. */
struct share {
	const struct ifaddrs *interfaces;
	char first[URL_SIZE];
};

static void say_url(struct share *share, const struct addr *a)
{
	char text[ADDR_TEXT_SIZE], url[URL_SIZE];

	addr_text(a, text);
	(void)snprintf(url, sizeof(url), "http://%s/", text);
	(void)printf("  %s\n", url);
	if (share->first[0] == '\0')
		memcpy(share->first, url, sizeof(url));
}

static bool is_any(const struct addr *a)
{
	const struct sockaddr_in *v4 = (const void *)&a->storage;
	const struct sockaddr_in6 *v6 = (const void *)&a->storage;

	if (a->sa.sa_family == AF_INET)
		return v4->sin_addr.s_addr == htonl(INADDR_ANY);
	return a->sa.sa_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
}

/* An interface's address with the server's port; false: not one to tell. */
static bool place_of(const struct ifaddrs *i, const struct addr *bound,
		     struct addr *ret)
{
	struct sockaddr_in6 *v6 = (void *)&ret->storage;
	struct sockaddr_in *v4 = (void *)&ret->storage;

	if (i->ifa_addr == NULL || !(i->ifa_flags & IFF_UP) ||
	    i->ifa_addr->sa_family != bound->sa.sa_family)
		return false;
	*ret = *bound;
	if (bound->sa.sa_family == AF_INET) {
		const struct sockaddr_in *own = (const void *)i->ifa_addr;

		v4->sin_addr = own->sin_addr;
		return true;
	}
	v6->sin6_addr = ((const struct sockaddr_in6 *)(const void *)i->ifa_addr)
				->sin6_addr;
	/* It would need a scope, which no URL has. */
	return !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

/* Loopback is for this machine alone, so it comes last. */
static void say_any(struct share *share, const struct addr *bound,
		    bool loopback)
{
	struct addr place;

	for (const struct ifaddrs *i = share->interfaces; i; i = i->ifa_next)
		if (!(i->ifa_flags & IFF_LOOPBACK) == !loopback &&
		    place_of(i, bound, &place))
			say_url(share, &place);
}

static void say_family(struct share *share, const struct serve *s,
		       sa_family_t family, bool loopback)
{
	for (uint32_t i = 0; i < serve_n_addresses(s); i++) {
		const struct addr *a = serve_address(s, i);

		if (a->sa.sa_family != family)
			continue;
		if (is_any(a))
			say_any(share, a, loopback);
		else if (!loopback)
			say_url(share, a);
	}
}

static int count_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return COLUMNS;
	return size.ws_col;
}

static void draw(const char *url)
{
	int r = qr_draw(stdout, url, count_columns());

	if (r == -ENOSYS)
		say("no QR code: there is no libqrencode here");
	else if (r > 0)
		say("no QR code: it needs %d columns", r);
	else if (r < 0)
		(void)say_error("no QR code", r);
}

void share_say(const struct serve *s)
{
	struct ifaddrs *interfaces = NULL;
	struct share share = { 0 };

	/* Without them only addresses that were named can be told. */
	if (getifaddrs(&interfaces) < 0)
		(void)say_error("interfaces", -errno);
	share.interfaces = interfaces;
	say_family(&share, s, AF_INET, false);
	say_family(&share, s, AF_INET6, false);
	say_family(&share, s, AF_INET, true);
	say_family(&share, s, AF_INET6, true);
	if (interfaces != NULL)
		freeifaddrs(interfaces);
	if (share.first[0] != '\0' && isatty(STDOUT_FILENO))
		draw(share.first);
	(void)fflush(stdout);
}
