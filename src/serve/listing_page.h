/* SPDX-License-Identifier: MIT */
/*
 * What the page of a folder wears: a style and a script, both inside the page,
 * and the policy that lets a browser take these two and nothing else.
 */
#ifndef SERVE_LISTING_PAGE_H
#define SERVE_LISTING_PAGE_H

/* The text between <style> and </style>. */
extern const char listing_style[];
/* The text between <script> and </script>; the page is whole without it. */
extern const char listing_script[];
/* The value of Content-Security-Policy, with the hashes of both. */
extern const char listing_policy[];

#endif
