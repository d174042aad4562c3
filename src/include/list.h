/* SPDX-License-Identifier: MIT */
/*
 * list.h - circular doubly linked lists, for structures that are in one list at a time.
 *
 * A head is a link too; a link that is in no list points to itself. No locks: the owner of the head
 * has one.
 */
#pragma once

#include <stdbool.h>

struct list {
	struct list *next;
	struct list *previous;
};

static inline void list_init(struct list *link)
{
	link->next = link;
	link->previous = link;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

static inline void list_append(struct list *head, struct list *link)
{
	link->next = head;
	link->previous = head->previous;
	head->previous->next = link;
	head->previous = link;
}

static inline void list_prepend(struct list *head, struct list *link)
{
	list_append(head->next, link);
}

static inline void list_remove(struct list *link)
{
	link->previous->next = link->next;
	link->next->previous = link->previous;
	list_init(link);
}
