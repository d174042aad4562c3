/* SPDX-License-Identifier: MIT */
/*
 * stubs.h - what stubs.S and main.c must agree on.
 */
#pragma once

#define STUB_FORMS          8
#define STUB_MARK           0x100
#define STUB_RESERVED_BYTES 16
