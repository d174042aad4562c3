# SPDX-License-Identifier: MIT
# Every test is added with mb_add_test() or mb_add_unit_test(): they set the labels and measure the
# host CPU time, which ./check prints per issue.

if(BUILD_TESTING)
	enable_testing()
	find_program(TIME_COMMAND time)
	file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/cpu-time)
endif()

# mb_add_test(NAME name ISSUE n COMMAND ... [LABELS ...] [TIMEOUT seconds] [PROCESSORS n]
#             [WORKING_DIRECTORY dir] [ENVIRONMENT ...] [SKIP_RETURN_CODE n] [WILL_FAIL] [SERIAL]
#             [FIXTURES_SETUP ...] [FIXTURES_REQUIRED ...])
#
# The command may be a target that exists already. Labels with a meaning:
#   unit     also run in the asan, torture and host-only trees
#   asan     also run in the asan tree        torture  also run in the torture tree
#   lint     style, no program of ours runs: of all issues' files, no issue's label
#   long     only in ./check --long
#   tree     builds another tree or runs its tests, which are counted there; no issue's label
function(mb_add_test)
	set(values NAME ISSUE TIMEOUT PROCESSORS WORKING_DIRECTORY SKIP_RETURN_CODE)
	set(lists COMMAND LABELS ENVIRONMENT FIXTURES_SETUP FIXTURES_REQUIRED)
	cmake_parse_arguments(PARSE_ARGV 0 T "WILL_FAIL;SERIAL" "${values}" "${lists}")
	if(NOT DEFINED T_NAME OR NOT DEFINED T_ISSUE OR NOT DEFINED T_COMMAND OR
	   DEFINED T_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "mb_add_test(${T_NAME}): NAME, ISSUE and COMMAND are needed; "
			"not understood: '${T_UNPARSED_ARGUMENTS}'")
	endif()
	if(NOT BUILD_TESTING)
		return()
	endif()
	list(GET T_COMMAND 0 program)
	if(TARGET ${program})
		list(REMOVE_AT T_COMMAND 0)
		list(PREPEND T_COMMAND $<TARGET_FILE:${program}>)
	endif()
	if(TIME_COMMAND)
		string(REPLACE "/" "_" file ${T_NAME})
		list(PREPEND T_COMMAND ${TIME_COMMAND} --quiet --format "%U %S"
			--output ${CMAKE_BINARY_DIR}/cpu-time/${file})
	endif()
	if(NOT T_WORKING_DIRECTORY)
		set(T_WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
	endif()
	add_test(NAME ${T_NAME} COMMAND ${T_COMMAND} WORKING_DIRECTORY ${T_WORKING_DIRECTORY})

	if(NOT T_TIMEOUT)
		set(T_TIMEOUT 300)
	endif()
	if(MIRRORBALL_SANITIZE OR MIRRORBALL_TORTURE)
		math(EXPR T_TIMEOUT "5 * ${T_TIMEOUT}")
	endif()
	if("tree" IN_LIST T_LABELS OR "lint" IN_LIST T_LABELS)
		set(labels ${T_LABELS})
	else()
		set(labels issue${T_ISSUE} ${T_LABELS})
	endif()
	set_tests_properties(${T_NAME} PROPERTIES LABELS "${labels}" TIMEOUT ${T_TIMEOUT})
	foreach(property PROCESSORS ENVIRONMENT SKIP_RETURN_CODE FIXTURES_SETUP FIXTURES_REQUIRED)
		if(DEFINED T_${property})
			set_tests_properties(${T_NAME} PROPERTIES ${property} "${T_${property}}")
		endif()
	endforeach()
	if(T_WILL_FAIL)
		set_tests_properties(${T_NAME} PROPERTIES WILL_FAIL ON)
	endif()
	if(T_SERIAL)
		set_tests_properties(${T_NAME} PROPERTIES RUN_SERIAL ON)
	endif()
	# For tools/report_cpu_time: "<labels> <file>", a line per test.
	string(REPLACE ";" "," labels "${labels}")
	set_property(GLOBAL APPEND_STRING PROPERTY MB_TEST_LABELS "${labels} ${file}\n")
endfunction()

# mb_add_unit_test(name [NO_TIDY] ISSUE n SOURCES ... [LIBRARIES ...] [DEFINITIONS ...] [LABELS ...]
#                  [TIMEOUT seconds])
# A program written with the library "check"; it also runs in the asan and torture trees.
function(mb_add_unit_test name)
	cmake_parse_arguments(T "NO_TIDY" "ISSUE;TIMEOUT" "SOURCES;LIBRARIES;LABELS;DEFINITIONS" ${ARGN})
	if(NOT BUILD_TESTING)
		return()
	endif()
	if(NOT T_TIMEOUT)
		set(T_TIMEOUT 120)
	endif()
	add_executable(${name} ${T_SOURCES})
	target_compile_definitions(${name} PRIVATE ${T_DEFINITIONS})
	if(T_NO_TIDY)
		set_target_properties(${name} PROPERTIES C_CLANG_TIDY "")
	endif()
	target_link_libraries(${name} PRIVATE ${T_LIBRARIES} PkgConfig::CHECK)
	# How long a test may take is ctest's business: check's own limit of 4 s is a timed assertion.
	mb_add_test(NAME unit/${name} ISSUE ${T_ISSUE} LABELS unit ${T_LABELS}
		TIMEOUT ${T_TIMEOUT} COMMAND ${name}
		ENVIRONMENT CK_DEFAULT_TIMEOUT=600 CK_TIMEOUT_MULTIPLIER=10)
endfunction()

# Called once, when all tests are known.
function(mb_write_test_labels)
	get_property(text GLOBAL PROPERTY MB_TEST_LABELS)
	file(WRITE ${CMAKE_BINARY_DIR}/cpu-time.labels "${text}")
endfunction()
