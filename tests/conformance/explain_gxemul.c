/* SPDX-License-Identifier: MIT */
/*
 * explain_gxemul.c - how GXemul differs (differences.def).
 */
#include "isa/cp0.h"
#include "tests/conformance/explain.h"

unsigned fields_gxemul_unaligned_badvaddr(const struct difference *d)
{
	uint64_t align;

	switch (isa_decode(record_word(d->program, d->ours))) {
	case ISA_lwl:
	case ISA_lwr:
	case ISA_swl:
	case ISA_swr:
		align = 3;
		break;
	case ISA_ldl:
	case ISA_ldr:
	case ISA_sdl:
	case ISA_sdr:
		align = 7;
		break;
	default:
		return 0;
	}
	return d->theirs->field[FIELD_BADVADDR] == (d->ours->field[FIELD_BADVADDR] & ~align)
		       ? FIELD_BIT(BADVADDR)
		       : 0;
}

bool explain_gxemul_wide_operation(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_USER &&
	       (d->step->status & STATUS_UX) == 0 && is_executed(d, EXC_RI);
}

/* Bits 3..0 keep what was written, BadVPN2 may be shifted too far. */
unsigned fields_gxemul_context(const struct difference *d)
{
	const uint64_t *ours = d->ours->field;
	const uint64_t *theirs = d->theirs->field;

	for (unsigned size = 0; size <= 6; size++) {
		uint64_t vpn2 =
			(ours[FIELD_BADVADDR] & (ENTRYHI_R | ENTRYHI_VPN2)) >> (13 + 2 * size);
		uint64_t context = (ours[FIELD_CONTEXT] & CONTEXT_PTEBASE) |
				   (vpn2 << CONTEXT_BADVPN2_SHIFT & CONTEXT_BADVPN2);
		uint64_t xcontext = (ours[FIELD_XCONTEXT] & (XCONTEXT_PTEBASE | XCONTEXT_R)) |
				    (vpn2 << XCONTEXT_BADVPN2_SHIFT & XCONTEXT_BADVPN2);

		if (((theirs[FIELD_CONTEXT] ^ context) & ~UINT64_C(15)) == 0 &&
		    ((theirs[FIELD_XCONTEXT] ^ xcontext) & ~UINT64_C(15)) == 0) {
			return FIELD_BIT(CONTEXT) | FIELD_BIT(XCONTEXT);
		}
	}
	return 0;
}

bool explain_gxemul_trap_immediate(const struct difference *d)
{
	return is_exception(d->theirs, d->their_count, EXC_RI) &&
	       (d->our_count == 0 || is_exception(d->ours, d->our_count, EXC_TR));
}

bool explain_gxemul_subtract_minimum(const struct difference *d)
{
	return is_executed(d, EXC_OV) || is_executed_by_us(d, EXC_OV);
}

bool explain_gxemul_daddi_overflow(const struct difference *d)
{
	return is_executed(d, EXC_OV);
}

bool explain_gxemul_zero_overflow(const struct difference *d)
{
	return is_executed(d, EXC_OV);
}

bool explain_gxemul_kernel_hole(const struct difference *d)
{
	return (d->step->status & STATUS_KSU) == STATUS_KSU_KERNEL &&
	       (d->step->status & STATUS_KX) != 0 && d->our_count == 1 && d->their_count == 1 &&
	       (is_exception(d->ours, 1, EXC_ADEL) || is_exception(d->ours, 1, EXC_ADES)) &&
	       (is_exception(d->theirs, 1, EXC_TLBL) || is_exception(d->theirs, 1, EXC_TLBS)) &&
	       d->ours->field[FIELD_BADVADDR] == d->step->address &&
	       d->theirs->field[FIELD_BADVADDR] == d->step->address;
}

bool explain_gxemul_unaligned_store(const struct difference *d)
{
	enum isa_id id = d->step->row;

	return (id == ISA_swl || id == ISA_swr || id == ISA_sdl || id == ISA_sdr) &&
	       is_exception(d->ours, d->our_count, EXC_ADES) &&
	       is_exception(d->theirs, d->their_count, EXC_TLBS) &&
	       d->ours->field[FIELD_BADVADDR] == d->step->address;
}

bool explain_gxemul_user_cp0_read(const struct difference *d)
{
	return (d->step->row == ISA_mfc0 || d->step->row == ISA_dmfc0) &&
	       (d->step->status & STATUS_CU0) == 0 && is_executed(d, EXC_CPU);
}

bool explain_gxemul_self_modify(const struct difference *d)
{
	return same_but_values(d, (struct span){ d->ours, d->our_count },
			       (struct span){ d->theirs, d->their_count });
}
