/* SPDX-License-Identifier: MIT */
/* Places and trust, by atomics: see target.h. */
#include "proxy/target.h"

static bool is_full(const struct target *t)
{
	unsigned max = atomic_load_explicit(&t->max, memory_order_relaxed);

	return max > 0 &&
	       atomic_load_explicit(&t->active, memory_order_relaxed) >= max;
}

enum target_state target_state(const struct target *t, uint64_t now_ms)
{
	if (atomic_load_explicit(&t->down, memory_order_relaxed))
		return TARGET_DOWN;
	if (atomic_load_explicit(&t->back_at_ms, memory_order_relaxed) > now_ms)
		return TARGET_OUT;
	return is_full(t) ? TARGET_FULL : TARGET_GOOD;
}

uint32_t target_weight(const struct target *t)
{
	return atomic_load_explicit(&t->weight, memory_order_relaxed);
}

bool target_is_backup(const struct target *t)
{
	return atomic_load_explicit(&t->backup, memory_order_relaxed);
}

bool target_enter(struct target *t)
{
	unsigned max = atomic_load_explicit(&t->max, memory_order_relaxed);
	unsigned n = atomic_load_explicit(&t->active, memory_order_relaxed);

	do {
		if (max > 0 && n >= max)
			return false;
	} while (!atomic_compare_exchange_weak_explicit(&t->active, &n, n + 1,
							memory_order_relaxed,
							memory_order_relaxed));
	return true;
}

void target_leave(struct target *t)
{
	atomic_fetch_sub_explicit(&t->active, 1, memory_order_relaxed);
}

/* Nearly always there is nothing to forget, and nothing to write. */
void target_worked(struct target *t)
{
	if (atomic_load_explicit(&t->failures, memory_order_relaxed) == 0)
		return;
	atomic_store_explicit(&t->failures, 0, memory_order_relaxed);
	atomic_store_explicit(&t->back_at_ms, 0, memory_order_relaxed);
}

/* One more failure after it came back puts it out again at once. */
void target_failed(struct target *t, const struct target_trust *trust,
		   uint64_t now_ms)
{
	unsigned n = atomic_fetch_add_explicit(&t->failures, 1,
					       memory_order_relaxed) +
		     1;

	if (trust->failures > 0 && n >= trust->failures)
		atomic_store_explicit(&t->back_at_ms, now_ms + trust->out_ms,
				      memory_order_relaxed);
}
