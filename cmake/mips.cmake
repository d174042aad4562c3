# SPDX-License-Identifier: MIT
# Bare-metal MIPS III programs, built beside the host programs with the cross compiler.
#
# MIPS_FOUND tells whether there is a cross compiler; without one (or with -DMIPS_CC=none) everything
# that needs guest programs must be left out:  if(MIPS_FOUND) ... endif()
#
# mips_program(name SOURCES ... LINKER_SCRIPT file
#              [ABI 64|o32|n32] [ENDIAN big|little] [LIBRARIES ...] [OUTPUT_DIRECTORY dir]
#              [DEFINES ...] [INCLUDES ...] [FLAGS ...] [LINK_FLAGS ...] [OPTIMIZE -O2] [EXCLUDE]
#              [GENERATED headers that are made at build time ...])
# builds <OUTPUT_DIRECTORY>/<name>.elf (default: build/guests/<name>.elf) as target guest_<name>,
# which "all" builds unless EXCLUDE is given. The variable MIPS_ELF_<name> holds the path.
#
# mips_library(name SOURCES ... [ABI] [ENDIAN] [DEFINES] [INCLUDES] [FLAGS] [OPTIMIZE] [GENERATED])
# compiles once what several programs of the same ABI and byte order take by LIBRARIES.
#
# Neither libgcc nor libc is linked: Debian's are MIPS32r2.

find_program(MIPS_CC mips-linux-gnu-gcc)
set(MIPS_FOUND OFF)
if(MIPS_CC AND NOT MIPS_CC STREQUAL "none")
	set(MIPS_FOUND ON)
	get_filename_component(mips_bin_directory ${MIPS_CC} DIRECTORY)
	find_program(MIPS_AR mips-linux-gnu-ar HINTS ${mips_bin_directory} REQUIRED)
	find_program(MIPS_OBJDUMP mips-linux-gnu-objdump HINTS ${mips_bin_directory} REQUIRED)
else()
	message(STATUS "No MIPS cross compiler: guest programs and their tests are left out")
endif()

set(mips_option_values ABI ENDIAN OPTIMIZE OUTPUT_DIRECTORY LINKER_SCRIPT)
set(mips_option_lists SOURCES DEFINES INCLUDES FLAGS LINK_FLAGS LIBRARIES GENERATED)

# Sets machine_flags and compile_flags in the caller from its M_ variables.
macro(mips_set_flags)
	if(NOT M_ABI)
		set(M_ABI 64)
	endif()
	if(NOT M_ENDIAN)
		set(M_ENDIAN big)
	endif()
	if(NOT M_OPTIMIZE)
		set(M_OPTIMIZE -O2)
	endif()
	if(M_ABI STREQUAL "64")
		# Linked in the 32-bit compatibility segments: addresses take two instructions.
		set(machine_flags -mabi=64 -msym32)
	elseif(M_ABI STREQUAL "n32")
		set(machine_flags -mabi=n32)
	elseif(M_ABI STREQUAL "o32")
		set(machine_flags -mabi=32)
	else()
		message(FATAL_ERROR "${name}: ABI is '${M_ABI}', expected 64, o32 or n32")
	endif()
	if(M_ENDIAN STREQUAL "big")
		list(APPEND machine_flags -EB)
	elseif(M_ENDIAN STREQUAL "little")
		list(APPEND machine_flags -EL)
	else()
		message(FATAL_ERROR "${name}: ENDIAN is '${M_ENDIAN}', expected big or little")
	endif()
	list(APPEND machine_flags -march=r4000 -mno-abicalls -fno-pic -G0)
	set(compile_flags -std=gnu11 ${M_OPTIMIZE} -g -Wall -Wextra -Werror
		-ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables
		-I${CMAKE_SOURCE_DIR} -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
	foreach(define ${M_DEFINES})
		list(APPEND compile_flags -D${define})
	endforeach()
	foreach(include ${M_INCLUDES})
		get_filename_component(include ${include} ABSOLUTE)
		list(APPEND compile_flags -I${include})
	endforeach()
	list(APPEND compile_flags ${M_FLAGS})
endmacro()

# Adds one compile command per source of `name`; the objects' paths go to ${objects_variable}.
function(mips_compile name objects_variable)
	set(objects)
	foreach(source ${M_SOURCES})
		get_filename_component(source ${source} ABSOLUTE)
		file(RELATIVE_PATH object ${CMAKE_SOURCE_DIR} ${source})
		if(object MATCHES "^\\.\\./")
			# Generated sources lie in the build tree.
			file(RELATIVE_PATH object ${CMAKE_BINARY_DIR} ${source})
		endif()
		set(object ${CMAKE_CURRENT_BINARY_DIR}/${name}.mips/${object}.o)
		get_filename_component(directory ${object} DIRECTORY)
		file(MAKE_DIRECTORY ${directory})
		get_source_file_property(source_flags ${source} MIPS_FLAGS)
		if(NOT source_flags)
			set(source_flags)
		endif()
		add_custom_command(OUTPUT ${object}
			COMMAND ${MIPS_CC} ${machine_flags} ${compile_flags} ${source_flags}
				-MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
			DEPENDS ${source} ${MIPS_CC} ${M_GENERATED}
			DEPFILE ${object}.d
			COMMENT "Building MIPS object ${name}: ${source}"
			VERBATIM)
		list(APPEND objects ${object})
	endforeach()
	set(${objects_variable} ${objects} PARENT_SCOPE)
endfunction()

function(mips_library name)
	cmake_parse_arguments(M "" "${mips_option_values}" "${mips_option_lists}" ${ARGN})
	if(M_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "mips_library(${name}): '${M_UNPARSED_ARGUMENTS}'?")
	endif()
	if(NOT MIPS_FOUND)
		return()
	endif()
	mips_set_flags()
	mips_compile(${name} objects)
	set(archive ${CMAKE_CURRENT_BINARY_DIR}/lib${name}.a)
	add_custom_command(OUTPUT ${archive}
		COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
		COMMAND ${MIPS_AR} rcsD ${archive} ${objects}
		DEPENDS ${objects}
		COMMENT "Archiving MIPS library ${name}"
		VERBATIM)
	add_custom_target(guestlib_${name} DEPENDS ${archive})
	set_target_properties(guestlib_${name} PROPERTIES MIPS_ARCHIVE ${archive})
endfunction()

function(mips_program name)
	cmake_parse_arguments(M "EXCLUDE" "${mips_option_values}" "${mips_option_lists}" ${ARGN})
	if(NOT M_SOURCES OR NOT M_LINKER_SCRIPT OR M_UNPARSED_ARGUMENTS)
		message(FATAL_ERROR "mips_program(${name}): SOURCES and LINKER_SCRIPT are needed; "
			"not understood: '${M_UNPARSED_ARGUMENTS}'")
	endif()
	if(NOT MIPS_FOUND)
		return()
	endif()
	mips_set_flags()
	mips_compile(${name} objects)
	set(archives)
	set(archive_targets)
	foreach(library ${M_LIBRARIES})
		get_target_property(archive guestlib_${library} MIPS_ARCHIVE)
		list(APPEND archives ${archive})
		list(APPEND archive_targets guestlib_${library})
	endforeach()
	if(NOT M_OUTPUT_DIRECTORY)
		set(M_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/guests)
	endif()
	get_filename_component(directory ${M_OUTPUT_DIRECTORY} ABSOLUTE
		BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
	file(MAKE_DIRECTORY ${directory})
	get_filename_component(script ${M_LINKER_SCRIPT} ABSOLUTE)
	set(elf ${directory}/${name}.elf)
	add_custom_command(OUTPUT ${elf}
		# Symbols of LINK_FLAGS (--defsym) must come before the script that asks for them.
		COMMAND ${MIPS_CC} ${machine_flags} -nostdlib -static ${M_LINK_FLAGS}
			-Wl,-T,${script} -Wl,--build-id=none -Wl,--fatal-warnings
			-o ${elf} ${objects} ${archives}
		DEPENDS ${objects} ${archives} ${archive_targets} ${script}
		COMMENT "Linking MIPS program ${name}.elf"
		VERBATIM)
	if(M_EXCLUDE)
		add_custom_target(guest_${name} DEPENDS ${elf})
	else()
		add_custom_target(guest_${name} ALL DEPENDS ${elf})
	endif()
	set_target_properties(guest_${name} PROPERTIES MIPS_ELF ${elf})
	set(MIPS_ELF_${name} ${elf} CACHE INTERNAL "")
endfunction()
