/* SPDX-License-Identifier: MIT */
/*
 * cp0.h - system control coprocessor: register numbers and fields, exception codes and vectors.
 *
 * Only #define, so that assembly can include it. R4000 UM chapters 4 (memory management) and
 * 5 (exceptions); field names are the manual's. Register widths, reset values and writable bits
 * stand in cp0.def, exception names in exc.def.
 */
#pragma once

/* Register numbers (R4000 UM table 4-1 and 5-1). */
#define CP0_INDEX    0
#define CP0_RANDOM   1
#define CP0_ENTRYLO0 2
#define CP0_ENTRYLO1 3
#define CP0_CONTEXT  4
#define CP0_PAGEMASK 5
#define CP0_WIRED    6
#define CP0_BADVADDR 8
#define CP0_COUNT    9
#define CP0_ENTRYHI  10
#define CP0_COMPARE  11
#define CP0_STATUS   12
#define CP0_CAUSE    13
#define CP0_EPC      14
#define CP0_PRID     15
#define CP0_CONFIG   16
#define CP0_LLADDR   17
#define CP0_WATCHLO  18
#define CP0_WATCHHI  19
#define CP0_XCONTEXT 20
#define CP0_ECC      26
#define CP0_CACHEERR 27
#define CP0_TAGLO    28
#define CP0_TAGHI    29
#define CP0_ERROREPC 30

/* Status (R4000 UM 5.3, figure 5-6). */
#define STATUS_IE             0x00000001
#define STATUS_EXL            0x00000002
#define STATUS_ERL            0x00000004
#define STATUS_KSU            0x00000018
#define STATUS_KSU_SHIFT      3
#define STATUS_KSU_KERNEL     0x00000000
#define STATUS_KSU_SUPERVISOR 0x00000008
#define STATUS_KSU_USER       0x00000010
#define STATUS_UX             0x00000020
#define STATUS_SX             0x00000040
#define STATUS_KX             0x00000080
#define STATUS_IM             0x0000ff00
#define STATUS_IM_SHIFT       8
#define STATUS_DE             0x00010000
#define STATUS_CE             0x00020000
#define STATUS_CH             0x00040000
#define STATUS_SR             0x00100000
#define STATUS_TS             0x00200000
#define STATUS_BEV            0x00400000
#define STATUS_RE             0x02000000
#define STATUS_FR             0x04000000
#define STATUS_RP             0x08000000
#define STATUS_CU0            0x10000000
#define STATUS_CU1            0x20000000
#define STATUS_CU2            0x40000000
#define STATUS_CU3            0x80000000

/* Cause (R4000 UM 5.3, figure 5-8). */
#define CAUSE_EXCCODE       0x0000007c
#define CAUSE_EXCCODE_SHIFT 2
#define CAUSE_IP            0x0000ff00
#define CAUSE_IP_SHIFT      8
#define CAUSE_IP_SOFTWARE   0x00000300
#define CAUSE_IP_TIMER      0x00008000
#define CAUSE_CE            0x30000000
#define CAUSE_CE_SHIFT      28
#define CAUSE_BD            0x80000000

/* Exception codes (R4000 UM table 5-5). */
#define EXC_INT   0  /* interrupt */
#define EXC_MOD   1  /* TLB modification */
#define EXC_TLBL  2  /* TLB refill or invalid, load or fetch */
#define EXC_TLBS  3  /* TLB refill or invalid, store */
#define EXC_ADEL  4  /* address error, load or fetch */
#define EXC_ADES  5  /* address error, store */
#define EXC_IBE   6  /* bus error, fetch */
#define EXC_DBE   7  /* bus error, data */
#define EXC_SYS   8  /* system call */
#define EXC_BP    9  /* breakpoint */
#define EXC_RI    10 /* reserved instruction */
#define EXC_CPU   11 /* coprocessor unusable */
#define EXC_OV    12 /* arithmetic overflow */
#define EXC_TR    13 /* trap */
#define EXC_VCEI  14 /* virtual coherency, fetch: never raised by this machine */
#define EXC_FPE   15 /* floating point */
#define EXC_WATCH 23 /* watch */
#define EXC_VCED  31 /* virtual coherency, data: never raised by this machine */

/* Vectors (R4000 UM table 5-6): offset from the base that BEV selects. */
#define VECTOR_BASE        0xffffffff80000000
#define VECTOR_BASE_BEV    0xffffffffbfc00200
#define VECTOR_RESET       0xffffffffbfc00000
#define VECTOR_TLB_REFILL  0x000
#define VECTOR_XTLB_REFILL 0x080
#define VECTOR_CACHE_ERROR 0x100
#define VECTOR_GENERAL     0x180

/* EntryLo (R4000 UM 4.3). PFN is bits 29..6. */
#define ENTRYLO_G         0x00000001
#define ENTRYLO_V         0x00000002
#define ENTRYLO_D         0x00000004
#define ENTRYLO_C_SHIFT   3
#define ENTRYLO_C         0x00000038
#define ENTRYLO_PFN_SHIFT 6
#define ENTRYLO_PFN       0x3fffffc0

/* EntryHi: region (63..62), VPN2 (39..13), ASID (7..0). */
#define ENTRYHI_R    0xc000000000000000
#define ENTRYHI_VPN2 0x000000ffffffe000
#define ENTRYHI_ASID 0x00000000000000ff

/* PageMask: bits 24..13; the seven legal values give 4 KB to 16 MB pages. */
#define PAGEMASK_MASK 0x01ffe000

/* Context and XContext: PTEBase above BadVPN2. */
#define CONTEXT_BADVPN2_SHIFT  4
#define CONTEXT_BADVPN2        0x00000000007ffff0
#define CONTEXT_PTEBASE        0xffffffffff800000
#define XCONTEXT_BADVPN2_SHIFT 4
#define XCONTEXT_BADVPN2       0x000000007ffffff0
#define XCONTEXT_R             0x0000000180000000
#define XCONTEXT_R_SHIFT       31
#define XCONTEXT_PTEBASE       0xfffffffe00000000

/* Index: P set when TLBP found nothing. */
#define INDEX_P     0x80000000
#define INDEX_INDEX 0x0000003f

/* WatchLo: physical address 31..3, R (bit 1) and W (bit 0); WatchHi: bits 35..32. */
#define WATCHLO_W     0x00000001
#define WATCHLO_R     0x00000002
#define WATCHLO_PADDR 0xfffffff8
#define WATCHHI_PADDR 0x0000000f

/* Config (R4000 UM 4.3, figure 4-16). */
#define CONFIG_K0       0x00000007
#define CONFIG_CU       0x00000008
#define CONFIG_DB       0x00000010
#define CONFIG_IB       0x00000020
#define CONFIG_DC_SHIFT 6
#define CONFIG_IC_SHIFT 9
#define CONFIG_BE       0x00008000
#define CONFIG_SC       0x00020000

/* PRId of an R4400, the identity this machine always reports (contract: never an R10000). */
#define PRID_R4400 0x00000450

/* FPU control registers and FCR31 (R4000 UM 6.4). */
#define FCR_REVISION       0
#define FCR_CSR            31
#define FCR0_R4400         0x00000500
#define FCSR_RM            0x00000003
#define FCSR_FLAGS_SHIFT   2
#define FCSR_FLAGS         0x0000007c
#define FCSR_ENABLES_SHIFT 7
#define FCSR_ENABLES       0x00000f80
#define FCSR_CAUSE_SHIFT   12
#define FCSR_CAUSE         0x0003f000
#define FCSR_CAUSE_E       0x00020000 /* unimplemented operation: no enable, no flag */
#define FCSR_C             0x00800000
#define FCSR_FS            0x01000000
