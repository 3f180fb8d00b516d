/* SPDX-License-Identifier: MIT */
/* Threads that do one work together, in step: for hosts with pthreads or Win32. */
#ifndef PN_TEAM_H
#define PN_TEAM_H

#include "../host/limits.h"

#include <stddef.h>

#if !defined(_WIN32) && defined(__GNUC__)
#include <pthread.h>
struct pn_waiting { /* where members wait asleep */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};
#else
struct pn_waiting {
    char unused;
};
#endif

struct pn_team {
    size_t members;
    size_t arrived;
    size_t phase;
    struct pn_waiting waiting;
    void (*work)(void *task, size_t member, struct pn_team *team);
    void *task;
};

/* Calls work(task, member, team) in `members` threads at once, member 0 being this one, and returns
 * when all have ended. Where the system gives fewer threads, team->members says how many. */
void pn_team_run(struct pn_team *team, size_t members,
                 void (*work)(void *task, size_t member, struct pn_team *team), void *task);

/* Waits until every member has come here. What each wrote before, all can read after. */
void pn_team_wait(struct pn_team *team);

#endif
