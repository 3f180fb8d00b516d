#!/bin/sh
# Unpacks Debian's smallest CPython for other processors, to be run by qemu-user:
#
#     foreign_python.sh FOLDER ARCHITECTURE...
#
# puts it into FOLDER/ARCHITECTURE. apt works on lists of its own in there, so that nothing
# changes on the machine.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
packages="python3.11-minimal libpython3.11-minimal libc6 libgcc-s1 libexpat1 zlib1g"
for architecture; do
    apt=$folder/.apt/$architecture
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" "$folder/$architecture"
    : >"$apt/status"
    cat >"$apt/apt.conf" <<-END
	APT::Architecture "$architecture";
	APT::Architectures "$architecture";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	Dir::State "$apt/state";
	Dir::State::status "$apt/status";
	Dir::Cache "$apt/cache";
	END
    export APT_CONFIG="$apt/apt.conf"
    apt-get -qq update || echo "apt-get update: some lists are missing" >&2
    # shellcheck disable=SC2086
    (cd "$apt" && apt-get -qq download $packages)
    for package in "$apt"/*.deb; do
        dpkg -x "$package" "$folder/$architecture"
    done
    rm -rf "$apt"
done
