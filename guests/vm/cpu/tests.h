/* SPDX-License-Identifier: MIT */
/* tests.h - the groups of tests of the virtual CPU; each prints nothing but failures. */
#pragma once

void test_registers(void);
void test_slots(void);
void test_cp0(void);
void test_exceptions(void);
void test_tlb(void);
void test_user(void);
void test_timer(void);
void test_fpu(void);
void test_shared_page(void);
void test_calls(void);
void test_devices(void);
void test_watch(void);
void test_rewriting(void);
void test_generated(void);
