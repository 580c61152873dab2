#!/bin/sh
# Says whether the files of a folder are a release of Foyer: two different persons of a
# list of signers have signed one SHA256SUMS, and every file is in it, to the bit. It needs
# OpenSSH 8.2 or later. Use the script and the list that you have kept, not those that
# came with the files. It ends with 3 where it refuses.
set -eu
export LC_ALL=C

refuse() {
	printf 'refused: %s\n' "$1" >&2
	exit 3
}

if [ $# -ne 2 ] || [ ! -f "$1" ] || [ ! -d "$2" ]; then
	echo "usage: verify.sh SIGNERS FOLDER, a list of signers that you kept and the folder of a release" >&2
	exit 2
fi
command -v ssh-keygen >/dev/null || { echo "ssh-keygen is not installed (Debian: openssh-client)" >&2; exit 2; }
signers=$(realpath "$1") folder=$(realpath "$2")
case "$signers" in "$folder"/*) refuse "$1 came with the files, so that whoever changed them could change it; take the list that you kept" ;; esac

# A line is one person and one key. What ssh-keygen knows beside (several names, patterns,
# authorities) could make two persons of one.
awk '/^#/ || /^$/ { next }
	!/^[a-z][a-z0-9-]* namespaces="foyer-release" (ssh-ed25519|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+\/]+=*( [^ ]*)?$/ {
		print "refused: line " NR " of the list of signers is not: name namespaces=\"foyer-release\" ssh-ed25519 KEY" > "/dev/stderr"; exit 3
	}' "$signers"

cd "$folder"
[ -f SHA256SUMS ] || refuse "there is no SHA256SUMS in $folder; get the whole release"
count=0 persons=""
for signature in SHA256SUMS.*.sig; do
	[ -f "$signature" ] || continue
	person=$(ssh-keygen -Y find-principals -f "$signers" -s "$signature" 2>/dev/null) || person=""
	case "$person" in '' | *[!a-z0-9-]*)
		printf '%s is not by a key of the list, and not counted\n' "$signature" >&2
		continue
		;;
	esac
	ssh-keygen -Y verify -n foyer-release -f "$signers" -I "$person" -s "$signature" <SHA256SUMS >/dev/null 2>&1 ||
		refuse "$signature, by $person, is not a signature of this SHA256SUMS for a release"
	case " $persons " in *" $person "*) ;; *) persons="${persons:+$persons }$person" count=$((count + 1)) ;; esac
done
[ "$count" -ge 2 ] || refuse "$count of the two persons it takes have signed${persons:+: $persons}"

sha256sum --check --strict --ignore-missing --quiet SHA256SUMS >&2 || refuse "a file is not the one that was signed"
for file in * .[!.]*; do
	case "$file" in SHA256SUMS | SHA256SUMS.*.sig | '.[!.]*') continue ;; esac
	cut -c 67- SHA256SUMS | grep -qxF -- "$file" || refuse "$file is not in SHA256SUMS: nobody signed it; take it away"
done
[ -f RELEASE ] || refuse "RELEASE is missing, which says which version this is; get the whole release"
printf 'release %s, signed by %s\n' "$(cat RELEASE)" "$persons"
