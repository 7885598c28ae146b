/* SPDX-License-Identifier: MIT */
/*
 * File systems of our own, from an image through a loop device, in a mount
 * namespace that ends with the test.
 */
#ifndef TESTS_CORE_MOUNTS_H
#define TESTS_CORE_MOUNTS_H

/*
 * Makes and mounts one and goes into its folder; options may be "". Skips the
 * running test, with the reason, where that cannot be.
 */
void mounts_enter(const char *type, const char *options);

#endif
