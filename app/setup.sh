# What app/run and tests/run share: packages, configuring, building. Sourced, never started.
# Expects: root (the checkout, absolute), say (prints one line for the person).

# The packages of app/packages.txt, one a line.
wanted_packages() { grep -v -e '^#' -e '^[[:space:]]*$' "$root/app/packages.txt" | LC_ALL=C sort -u; }

# Those of them that are not installed; also removed ones whose configuration is still there.
missing_packages() {
  local -a wanted
  local known
  mapfile -t wanted < <(wanted_packages)
  # dpkg-query answers 1 as soon as it knows one name not at all, which is what a bare machine has.
  known=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
  LC_ALL=C comm -23 <(printf '%s\n' "${wanted[@]}") \
    <(awk '$2 == "installed" {print $1}' <<<"$known" | LC_ALL=C sort -u)
}

install_packages() {
  local -a missing as_root=()
  command -v dpkg-query apt-get >/dev/null || { say "Debian's dpkg-query and apt-get are not here. Use Debian 12."; return 1; }
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
      say "${#missing[@]} packages are missing and only root can install them. As root: apt-get install --no-install-recommends ${missing[*]}"
      return 1
    }
    as_root=(sudo)
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  # Old package lists may do: a mirror that is away is no reason to stop.
  "${as_root[@]}" apt-get update -qq >&2 || say "apt-get update failed; going on with the package lists that are here"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}" >&2 || {
    say "apt-get could not install the packages; see its lines above. Still missing: $(missing_packages | paste -sd ' ')"
    return 1
  }
}

# configure PRESET FOLDER: where FOLDER (below the checkout) is not configured yet, or was when the
# checkout stood elsewhere: moved or copied with its build.
configure() {
  local preset=$1 folder=$root/$2 cache=$root/$2/CMakeCache.txt
  local -a fresh=()
  if [ -f "$cache" ]; then
    local source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$cache")
    local place=$(sed -n 's/^CMAKE_CACHEFILE_DIR:INTERNAL=//p' "$cache")
    if ! [ "$source" -ef "$root" ] || ! [ "$place" -ef "$folder" ]; then
      say "$2/ was configured for ${source:-another checkout}; configuring it anew"
      fresh=(--fresh)
    elif [ "$folder/build.ninja" -nt "$root/CMakePresets.json" ]; then
      return 0
    fi
  fi
  (cd "$root" && cmake "${fresh[@]}" --preset "$preset" >&2) || why_not "configuring"
}

# build_targets FOLDER TARGET…; everything without a target.
build_targets() {
  local folder=$root/$1 plan
  shift
  # A build tells how far it is; a second start, with nothing to build, must not talk.
  plan=$(ninja -C "$folder" -n "$@" 2>&1) || true
  case $plan in
    *'no work to do'*) return 0 ;;
    *) ninja -C "$folder" "$@" >&2 || why_not "the build" ;;
  esac
}

# One line about a step that failed, the most frequent cause first: no space. Always fails.
why_not() {
  local place free
  for place in "$root" "$root/build" "${TMPDIR:-/tmp}"; do
    free=$(df -Pk -- "$place" 2>/dev/null | awk 'NR == 2 {print $4}') || continue
    if [ -n "$free" ] && [ "$free" -lt 65536 ]; then
      say "$1 failed: only $((free / 1024)) MB are free on the disk of $place. Free 3 GB and start again; what is built stays."
      return 1
    fi
  done
  say "$1 failed; see above"
  return 1
}
