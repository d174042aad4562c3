# SPDX-License-Identifier: MIT
#
# The runtime library of cc65 for its simulated 6502, as pmake builds it: compiler, assembler and
# librarian over all its sources, or, with SET=quick, over a few. Objects have names of files in them:
# they are the same wherever a folder "share" leads to /usr/share/cc65 or to what the host has of it.
sources := $(sort $(wildcard share/src/common/*.c share/src/common/*.s share/src/runtime/*.s \
	share/src/sim6502/*.s))
ifeq ($(SET),quick)
sources := $(wordlist 1,3,$(filter %.c,$(sources))) $(wordlist 1,10,$(filter %.s,$(sources)))
endif
folders := common runtime sim6502
objects := $(patsubst share/src/%,%,$(addsuffix .o,$(basename $(sources))))

MAKEFLAGS += --no-builtin-rules

runtime.lib: $(objects)
	ar65 a $@ $^

$(objects): | $(folders)

$(folders):
	mkdir $@

common/%.s: share/src/common/%.c | common
	cc65 -t sim6502 -I share/include -Or -o $@ $<

common/%.o: common/%.s
	ca65 -t sim6502 -I share/asminc -o $@ $<

define assemble
$(1)/%.o: share/src/$(1)/%.s
	ca65 -t sim6502 -I share/asminc -I share/src/$(1) -o $$@ $$<
endef
$(foreach folder,$(folders),$(eval $(call assemble,$(folder))))

.SECONDARY:
