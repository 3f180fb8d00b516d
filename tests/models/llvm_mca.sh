#!/bin/sh
# Unpacks llvm-mca of the newest LLVM that Debian 12 has, which shares its libraries with clang:
#
#     llvm_mca.sh FOLDER
#
# puts FOLDER/usr/lib/llvm-22/bin/llvm-mca there. Nothing changes on the machine.
set -eu
mkdir -p "$1"
cd "$1"
apt-get -qq -o APT::Sandbox::User=root download llvm-22 libllvm22
for package in *.deb; do
    dpkg -x "$package" .
done
rm -- *.deb
