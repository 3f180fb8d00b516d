/* SPDX-License-Identifier: MIT */
/* The numbers that memory safety rests on: C and whoever calls it size their buffers by them. */
#ifndef PN_LIMITS_H
#define PN_LIMITS_H

/* cffi: begin */

#define PN_SCRATCH 53248      /* doubles in which a product packs a panel and a block */
#define PN_LEAST_PACKED 4     /* rows, from which on a product packs: fewer need no scratch */
#define PN_TILE 64            /* inputs in a tile of struct pn_inputs */
#define PN_MOST_COLUMNS 65536 /* inputs of a sample that columns can name */
#define PN_MOST_THREADS 64

/* cffi: end */

#endif
