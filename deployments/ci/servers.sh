#!/bin/sh
# Installs what the tests start and are built with: mosquitto, PostgreSQL, Chromium
# with a font, a C compiler for the race detector, strace for fault trials, ssh-keygen,
# Prometheus's promtool (Debian packages) and InfluxDB 1.8 (go install). It looks where
# internal/testserver looks, installs only what is missing, and leaves no service behind.
set -eu
influx=v1.8.10
gobin="$(go env GOPATH | cut -d: -f1)/bin"
PATH="$PATH:$gobin:/usr/sbin:/usr/local/sbin:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')${FOYER_TEST_BIN:+:$FOYER_TEST_BIN}"

fail() {
	printf '%s\n' "servers.sh: $1" >&2
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# can_race: Go's race detector links C code, so it needs gcc and the C library's headers.
can_race() { has gcc && echo '#include <stdlib.h>' | gcc -E - >/dev/null 2>&1; }

has_font() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name '*.ttf' 2>/dev/null | head -n 1)" ]; }

# missing prints the Debian packages of what is not there.
missing() {
	{ has mosquitto && has mosquitto_passwd; } || echo mosquitto
	{ has initdb && has postgres; } || echo postgresql
	has chromium || has chromium-browser || has google-chrome || has chrome || echo chromium
	has_font || echo fonts-dejavu-core
	can_race || echo gcc libc6-dev
	has strace || echo strace
	has ssh-keygen || echo openssh-client
	has promtool || echo prometheus
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# keep_quiet has Debian start none of the packages it installs: PostgreSQL gets no
# cluster, and policy-rc.d (101: not allowed) holds back mosquitto and Prometheus.
keep_quiet() {
	case " $* " in *" postgresql "*)
		as_root sh -eu -c '
			conf=/etc/postgresql-common/createcluster.conf
			mkdir -p "${conf%/*}"
			grep -qs "^create_main_cluster *= *false" $conf || echo "create_main_cluster = false" >>$conf'
		;;
	esac
	[ -e /usr/sbin/policy-rc.d ] || as_root sh -eu -c '
		printf "#!/bin/sh\n# by servers.sh\nexit 101\n" >/usr/sbin/policy-rc.d
		chmod 755 /usr/sbin/policy-rc.d'
}

# allow_services removes our policy-rc.d, not somebody else's.
allow_services() {
	! grep -qs '^# by servers.sh' /usr/sbin/policy-rc.d || as_root rm -f /usr/sbin/policy-rc.d
}

install_packages() {
	has apt-get || fail "missing: $*. This is no Debian: install these programs your way (names are Debian's packages), on PATH or in a folder that FOYER_TEST_BIN names, then try again."
	[ "$(id -u)" -eq 0 ] || has sudo || fail "missing: $*. Run as root: apt-get install --no-install-recommends $*"
	trap allow_services EXIT
	trap 'exit 1' HUP INT TERM
	keep_quiet "$@"
	as_root apt-get update -q || fail "apt-get update failed, see above: is there a network, and does /etc/apt/sources.list name a mirror?"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
		-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" ||
		fail "apt-get could not install $*, see above."
	# Not at the next boot either.
	for service in mosquitto prometheus; do
		case " $* " in *" $service "*) ! has systemctl || as_root systemctl disable --quiet "$service" ;; esac
	done
}

packages=$(missing | tr '\n' ' ')
if [ -n "$packages" ]; then
	echo "installing $packages" >&2
	# shellcheck disable=SC2086 # a list of words
	install_packages $packages
	PATH="$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')"
	packages=$(missing | tr '\n' ' ')
	[ -z "$packages" ] || fail "still missing after the installation: $packages"
fi

if ! go version -m "$gobin/influxd" 2>/dev/null | grep -q "github.com/influxdata/influxdb[[:space:]]$influx"; then
	echo "installing InfluxDB $influx (a few minutes the first time)" >&2
	cd / # away from go.mod
	GOBIN="$gobin" go install "github.com/influxdata/influxdb/cmd/influxd@$influx" ||
		fail "go install of influxd failed, see above: it needs proxy.golang.org, or a GOPROXY that has github.com/influxdata/influxdb."
fi
