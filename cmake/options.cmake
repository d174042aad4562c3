# SPDX-License-Identifier: MIT
# Options of the build and the flags that every C file of ours is compiled with.

option(BUILD_TESTING "Build the tests" ON)
option(MIRRORBALL_TORTURE "Hostile build: invariant checks, tiny structures, hazard checker" OFF)
option(MIRRORBALL_SANITIZE "AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(MIRRORBALL_TIDY "Run clang-tidy and cppcheck on every file that is compiled" OFF)
option(MIRRORBALL_TREES "Tests that build further trees below this one (asan, torture, ...)" OFF)

# gnu11: C11 with asm, computed goto and statement expressions.
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Assertions are for our own errors; debug, asan and torture builds have them.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")

# -Woverride-init: two rows of an instruction table with one encoding break the build.
# -ffp-contract=off: a fused multiply-add would change results between hosts.
add_compile_options(
	-Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Woverride-init -Werror
	-ffp-contract=off)

if(MIRRORBALL_TORTURE)
	add_compile_definitions(MIRRORBALL_TORTURE=1)
endif()

if(MIRRORBALL_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=address,undefined)
endif()

if(MIRRORBALL_TIDY)
	find_program(CLANG_TIDY NAMES clang-tidy-14 REQUIRED)
	find_program(CPPCHECK cppcheck REQUIRED)
	set(CMAKE_C_CLANG_TIDY ${CLANG_TIDY} --quiet)
	set(CMAKE_C_CPPCHECK ${CPPCHECK} --std=c11 --quiet --inline-suppr --error-exitcode=1
		--enable=warning,style,performance,portability
		--suppressions-list=${CMAKE_SOURCE_DIR}/tools/cppcheck.suppressions)
	# Changed settings change the command line, so every file is looked at again.
	file(SHA256 ${CMAKE_SOURCE_DIR}/.clang-tidy tidy_settings_hash)
	file(SHA256 ${CMAKE_SOURCE_DIR}/tools/cppcheck.suppressions suppressions_hash)
	file(SHA256 ${CMAKE_SOURCE_DIR}/src/.clang-tidy tidy_monitor_hash)
	string(SHA256 tidy_hash "${tidy_settings_hash}${tidy_monitor_hash}${suppressions_hash}")
	string(SUBSTRING ${tidy_hash} 0 8 tidy_hash)
	add_compile_definitions(MIRRORBALL_TIDY_SETTINGS=0x${tidy_hash})
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
		${CMAKE_SOURCE_DIR}/.clang-tidy
		${CMAKE_SOURCE_DIR}/src/.clang-tidy
		${CMAKE_SOURCE_DIR}/tools/cppcheck.suppressions)
endif()
