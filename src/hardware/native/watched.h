/* The outputs that the watchdog drives safe. Any thread may call these functions: a lock keeps them apart. */
#ifndef PINCER_WATCHED_H
#define PINCER_WATCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is written to a file of sysfs is a number or a word. */
#define SAFE_TEXT_BYTES_MAX 64

/* How an output is driven safe. */
struct safe_state {
	/* Written to a file from its beginning; of no length for a line, which gets `level`. */
	char text[SAFE_TEXT_BYTES_MAX];
	size_t length;
	uint64_t level;
};

/* Watches an output by a copy of its descriptor; answers an errno, and the number to remove it by. */
int watched_add(int fd, const struct safe_state *safe, uint32_t *id);

/* Once this returns, that output is not driven any more. A number that is not there is ignored. */
void watched_remove(uint32_t id);
void watched_remove_all(void);

bool watched_is_empty(void);

/* Drives every output safe; answers whether there was one. What fails cannot be told to anybody. */
bool watched_drive(void);

#endif
