# install.sh PACKAGE…, as root: apt-get install without questions and without starting the Postgres
# and Redis servers that Debian's packages would start: ours run under var/.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
fi
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"
