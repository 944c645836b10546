/** The parts of the script that are the same for every run. Plain shell; what differs is set before them. */

export const BEGINNING = String.raw`#
#   bash reproduce.sh            openssl s_client plays the client
#   bash reproduce.sh curl       curl plays it
#   bash reproduce.sh python3    the ssl module of Python plays it
#
# The server is openssl s_server on a free port of 127.0.0.1. Needs bash and OpenSSL 3; what is not openssl judges
# certificates as of today, so the others differ once a certificate of the run has run out.
#
# Private keys are not part of a proof. New ones are made, and certificates over them that say the same as those in
# certificates/: names, serial numbers, dates, extensions, and who signed whom. All of it lands in reproduced/.
#
# Ends with 0: it went as it did then; 1: it went another way; 2: it could not be tried.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
W=reproduced
rm -rf "$W"
mkdir "$W"
PLAYER=openssl
[ $# -eq 0 ] || PLAYER=$1
command -v openssl >/dev/null || { echo 'There is no openssl here.'; exit 2; }
command -v "$PLAYER" >/dev/null || { echo "There is no $PLAYER here."; exit 2; }
case $(openssl version) in
  'OpenSSL '[012]* | LibreSSL*) echo "OpenSSL 3 or later is needed; this is $(openssl version)."; exit 2 ;;
esac
`;

export const TWINS = String.raw`# --- the same certificates, over new keys ---
# runs a command that should say nothing; where it fails, what it said is shown
quietly() {
  "$@" >"$W/said" 2>&1 && return
  printf '%s failed:\n' "$*"
  cat "$W/said"
  exit 2
}

# twin NAME SIGNER SERIAL DIGEST KEY...: first without extensions and signed by itself, which keeps name and dates;
# then with its extensions, byte for byte, and signed by its issuer
twin() {
  local name=$1 signer=$2 serial=$3 digest=$4
  shift 4
  local extensions='' signed="-CA $W/$signer.pem -CAkey $W/$signer.key"
  cat >"$W/$name.ext"
  [ ! -s "$W/$name.ext" ] || extensions="-extfile $W/$name.ext"
  [ "$signer" != "$name" ] || signed="-key $W/$name.key"
  quietly openssl genpkey "$@" -out "$W/$name.key"
  quietly openssl x509 -in "certificates/$name.pem" -key "$W/$name.key" -clrext -preserve_dates \
    -set_serial "0x$serial" $digest -out "$W/$name.bare"
  quietly openssl x509 -in "$W/$name.bare" $signed $extensions -preserve_dates \
    -set_serial "0x$serial" $digest -out "$W/$name.pem"
}

# list SIGNER NUMBER FROM UNTIL: a revocation list with the entries of the one that was enforced
list() {
  local signer=$1 number=$2 from=$3 until=$4
  cat >"$W/index.txt"
  echo "$number" >"$W/crlnumber"
  cat >"$W/ca.cnf" <<CONFIG
[ca]
default_ca = own
[own]
database = $W/index.txt
crlnumber = $W/crlnumber
default_md = default
crl_extensions = extensions
[extensions]
authorityKeyIdentifier = keyid
CONFIG
  quietly openssl ca -config "$W/ca.cnf" -gencrl -cert "$W/$signer.pem" -keyfile "$W/$signer.key" \
    -crl_lastupdate "$from" -crl_nextupdate "$until" -out "$W/crl.pem"
}

# stranger NAME SUBJECT KEY...: an authority with a name and a key, and a certificate that nobody is shown
stranger() {
  local name=$1 subject=$2
  shift 2
  quietly openssl genpkey "$@" -out "$W/$name.key"
  quietly openssl req -x509 -new -utf8 -key "$W/$name.key" -subj "$subject" -days 3650 -out "$W/$name.pem"
}
`;

export const BOTH_ENDS = String.raw`# --- both ends ---
# shows a command, then becomes it
becomes() {
  printf '$' >&2
  printf ' %q' "$@" >&2
  printf '\n' >&2
  exec "$@"
}

# no other authority is believed than those that each side had loaded
ONLY='-no-CAfile -no-CApath -no-CAstore'
if [ "$VERSION" = 1.3 ]; then
  SPEAK="-tls1_3 -ciphersuites $SUITE $GROUP $ALPN"
else
  SUITE=$(openssl ciphers -convert "$SUITE" | sed 's/.*: //')
  SPEAK="-tls1_2 -cipher $SUITE $GROUP $ALPN"
fi
# own SIDE: the options for its certificate, with those that it sends along
own() {
  [ -s "$W/$1.pem" ] || return 0
  echo "-cert $W/$1.pem -key $W/$1.key"
  [ ! -s "$W/chain-of-$1.pem" ] || echo "-cert_chain $W/chain-of-$1.pem"
}
# trusts SIDE: the options for what it believes
trusts() { [ ! -s "$W/trusted-by-$1.pem" ] || echo "-verifyCAfile $W/trusted-by-$1.pem"; }

# asks for a fresh revocation list where one was loaded
revocation() { [ ! -s "$W/crl.pem" ] || echo "-CRL $W/crl.pem -crl_check_all"; }

serve() {
  becomes openssl s_server -accept 127.0.0.1:0 -naccept 1 $SPEAK $(own server) $ONLY $(trusts server) $(revocation) \
    $ASKED \
    -attime "$WHEN" -msg -msgfile "$W/messages.log" "$@"
}

with_openssl() {
  becomes openssl s_client -connect "127.0.0.1:$PORT" $SPEAK $(own client) $ONLY $(trusts client) "$ASKS_FOR" "$CHECKS" \
    -verify 5 -verify_return_error -attime "$WHEN" -keylogfile "$W/keys.log"
}

with_curl() {
  local certificate='' suites=--tls13-ciphers
  [ ! -s "$W/client.pem" ] || certificate="--cert $W/client-with-chain.pem --key $W/client.key"
  [ "$VERSION" = 1.3 ] || suites=--ciphers
  becomes curl --silent --show-error --max-time 20 --output "$W/page.html" --capath /dev/null \
    --cacert "$W/trusted-by-client.pem" $certificate "--tlsv$VERSION" --tls-max "$VERSION" "$suites" "$SUITE" \
    --noproxy '*' --resolve "$NAME:$PORT:127.0.0.1" "https://$NAME:$PORT/"
}

with_python3() {
  cat >"$W/client.py" <<'PYTHON'
import os, socket, ssl, sys

name, port, version, suite, folder = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
if version == "1.3":
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
else:
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
if os.path.getsize(folder + "/trusted-by-client.pem") > 0:
    context.load_verify_locations(folder + "/trusted-by-client.pem")
if os.path.exists(folder + "/client.key"):
    context.load_cert_chain(folder + "/client-with-chain.pem", folder + "/client.key")
try:
    with socket.create_connection(("127.0.0.1", int(port)), timeout=20) as raw:
        with context.wrap_socket(raw, server_hostname=name) as tls:
            tls.sendall(b"GET / HTTP/1.0\r\n\r\n")
            # in TLS 1.3 a client knows only from what it hears that it was accepted
            if not tls.recv(1):
                sys.exit("The server closed without a word.")
            print(tls.version(), tls.cipher()[0])
except OSError as error:  # an SSLError is one, too
    sys.exit(str(error))
PYTHON
  becomes python3 "$W/client.py" "$NAME" "$PORT" "$VERSION" "$SUITE" "$W"
}
`;

export const PLAY = String.raw`# --- the run ---
SERVER= CLIENT=
finish() { kill $SERVER $CLIENT 2>/dev/null || :; }
trap finish EXIT
# what both programs read from: open, and silent until the client is to end
mkfifo "$W/server.fifo" "$W/client.fifo"
exec 3<>"$W/server.fifo" 4<>"$W/client.fifo"

PAGES=
[ "$PLAYER" = openssl ] || PAGES=-www
serve $PAGES <&3 >"$W/server.log" 2>&1 &
SERVER=$!
PORT=
for _ in $(seq 100); do
  PORT=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$W/server.log" | head -n 1)
  [ -z "$PORT" ] || break
  sleep 0.1
done
head -n 1 "$W/server.log"
[ -n "$PORT" ] || { cat "$W/server.log"; exit 2; }

"with_$PLAYER" <&4 >"$W/client.log" 2>&1 &
CLIENT=$!

# A fatal alert ends it; so does the server when it says that it is through. Another client says it when it ends.
alerted() { grep -q ', fatal' "$W/messages.log" 2>/dev/null; }
accepted() { grep -q '^CIPHER is' "$W/server.log"; }
for _ in $(seq 200); do
  if alerted || accepted || ! kill -0 "$CLIENT" 2>/dev/null; then break; fi
  sleep 0.1
done
sleep 0.3 # for last words
NOW=established
STATUS=0
if alerted; then
  NOW=refused
else
  ! accepted || echo Q >&4
  wait "$CLIENT" || STATUS=$?
  if ! accepted && { [ "$PLAYER" = openssl ] || [ "$STATUS" -ne 0 ]; }; then NOW=refused; fi
  ! alerted || NOW=refused
fi
grep -m 1 '^\$' "$W/client.log" || :
if [ "$PLAYER" != openssl ]; then sed 1d "$W/client.log"; fi
grep -h 'verify error' "$W/server.log" "$W/client.log" || :

NOW_BY= NOW_ALERT=
if [ "$NOW" = refused ]; then
  NOW_BY=client
  ! grep -q '^>>>.*, fatal' "$W/messages.log" || NOW_BY=server
  NOW_ALERT=$(sed -n 's/.*, fatal \([a-z_]*\).*/\1/p' "$W/messages.log" | head -n 1)
fi

# told WHAT BY ALERT
told() {
  case $1 in
    established) echo 'established: each side accepted the other' ;;
    refused) if [ -n "$3" ]; then echo "refused by the $2, alert $3"; else echo "refused by the $2, without an alert"; fi ;;
    *) echo 'not to be held against openssl alone' ;;
  esac
}
echo "then: $(told "$THEN" "$THEN_BY" "$THEN_ALERT")"
echo "now:  $(told "$NOW" "$NOW_BY" "$NOW_ALERT")"
[ -n "$THEN" ] || exit 0
if [ "$THEN $THEN_BY" != "$NOW $NOW_BY" ]; then
  echo 'It went another way.'
  exit 1
fi
if [ -n "$THEN_ALERT" ] && [ "$THEN_ALERT" != "$NOW_ALERT" ]; then
  echo 'The same verdict, with another alert.'
  exit 1
fi
echo 'It went the same way.'
`;
