# SPDX-License-Identifier: MIT
# Host libraries, as imported targets PkgConfig::<NAME>.
find_package(PkgConfig REQUIRED)

pkg_check_modules(ELF REQUIRED IMPORTED_TARGET libelf)
pkg_check_modules(DW REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LUA REQUIRED IMPORTED_TARGET lua5.4)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)

# Optional: the window of --display (its headers; the library is loaded when it is wanted).
pkg_check_modules(SDL2 IMPORTED_TARGET sdl2)

# Optional: machine.network.gateway = "nat".
pkg_check_modules(SLIRP IMPORTED_TARGET slirp)

# libfdt comes without a .pc file.
find_library(FDT_LIBRARY fdt REQUIRED)
find_path(FDT_INCLUDE libfdt.h REQUIRED)
add_library(Libfdt::FDT UNKNOWN IMPORTED)
set_target_properties(Libfdt::FDT PROPERTIES
	IMPORTED_LOCATION ${FDT_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${FDT_INCLUDE})

# For tests only.
if(BUILD_TESTING)
	pkg_check_modules(PCAP REQUIRED IMPORTED_TARGET libpcap)
	pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
	pkg_check_modules(CAPSTONE REQUIRED IMPORTED_TARGET capstone)
endif()
