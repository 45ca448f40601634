# What people type. `make demo` and `make test` need nothing but Debian 12 and Swift.

PREFIX ?= /usr/local
DESTDIR ?=
# Where hosts look for plugins: one's own folder, or that of all users where an installation for them is meant.
ifneq ($(filter command environment,$(firstword $(origin PREFIX)) $(firstword $(origin DESTDIR)))$(SUDO_USER),)
LV2DIR ?= $(PREFIX)/lib/lv2
else
LV2DIR ?= $(HOME)/.lv2
endif

SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
# Libraries that the programs link.
PACKAGES := pkg-config libfftw3-dev libsndfile1-dev libmpg123-dev libexpat1-dev libzip-dev libxxhash-dev libserd-dev libcairo2-dev libx11-dev liblilv-dev lv2-dev libjack-jackd2-dev \
  liblo-dev libreadline-dev librubberband-dev
# Libraries that the command line and the host load when a recording needs them.
PACKAGES += libavformat-dev libavcodec-dev libswresample-dev
# For tests: a JACK server without a sound card, the validators of LV2, a program that writes M4A files, and small tools.
test test-deep test-release: PACKAGES += unzip libxml2-utils jackd2 lilv-utils sordi liblo-tools lv2-examples valgrind ffmpeg xvfb
# For tests of what aarch64 does, on other processors.
test test-deep test-release: PACKAGES += libc6-dev-arm64-cross qemu-user
# For tests in other people's programs: hosts, a browser for the mixer page, and effects that nobody here wrote.
test-hosts: PACKAGES += python3-venv python3-pip xvfb libqt5x11extras5 lilv-utils lv2file ecasound ffmpeg jackd2 pipewire pipewire-jack wireplumber dbus jalv gstreamer1.0-tools \
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-base gstreamer1.0-plugins-good ardour chromium chromium-driver \
  calf-plugins eq10q fomp invada-studio-plugins-lv2 lv2-examples mda-lv2 swh-lv2 x42-plugins
# The test suites that run them; all others are those of `make test`.
HOST_SUITES := DAWTests StudioTests FaceHostTests ArdourTests JackTests StereoHostTests WebTests ForeignTests ForeignChannelTests ForeignLiveTests PipeWireTests FilterChainTests
# Of these, those that start JACK servers: one after the other, as in `make test`, and beside the others.
JACK_SUITES := FaceHostTests JackTests WebTests ForeignLiveTests
empty :=
HOST_FILTER := \.($(subst $(empty) $(empty),|,$(HOST_SUITES)))/
JACK_FILTER := \.($(subst $(empty) $(empty),|,$(JACK_SUITES)))/
CHECKS := -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
DIVISI := .build/release/divisi
SOURCES := Package.swift Sources Plugin Tests
BUNDLES := build/bundle
# What people run brings the Swift runtime with it and looks for libraries nowhere but where the system does. Other flags
# would build everything anew.
RELEASE := -c release --static-swift-stdlib --disable-local-rpath

.PHONY: deps build library wheel install-library test-library test-python test-notebooks build-command bundle turtle demo test test-hosts test-deep test-release test-kills test-catalogues fuzz figures pictures lint format bench bench-against install install-plugin install-desktop uninstall deb test-deb dist clean

# Installs the packages that are missing, and asks for nothing where there are none.
deps:
	@missing=$$(for p in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	fi

build: deps
	swift build $(RELEASE) --product divisi
	swift build $(RELEASE) --product divisi-host
	swift build $(RELEASE) --product divisi-studio

# The library for C, and what a program needs to be built with it.
library: deps
	swift build $(RELEASE) --product DivisiLibrary
	@if missing=$$(ldd -r .build/release/libDivisiLibrary.so 2>&1 | grep -E 'undefined symbol|not found'); then \
	  echo "libdivisi: expected all symbols in the libraries that it names; $$missing" >&2; exit 1; fi
	mkdir -p build/library
	strip -o build/library/libdivisi.so.0 .build/release/libDivisiLibrary.so
	ln -sf libdivisi.so.0 build/library/libdivisi.so
	cp Sources/CDivisi/divisi.h build/library/

# The Python package, with the library, the presets and all libraries that it links inside: build/wheel/*.whl.
wheel: PACKAGES += python3-venv
wheel: library
	Python/wheel.sh build/library Presets/divisi-presets.lv2 $(VERSION) build/wheel

# A C program and Python against the command line: the same samples, the same lines, no leak, flat memory. The notebooks need
# packages from PyPI that take a minute to install.
test-library: PACKAGES += g++ valgrind
test-library: build-command library
	Tests/Library/test.sh .build/release/divisi build/library Tests/Recordings build/test-library
test-python: PACKAGES += python3-venv
test-python: build-command wheel
	Python/test.sh .build/release/divisi build/wheel Tests/Recordings
test-notebooks: PACKAGES += python3-venv
test-notebooks: build-command wheel
	Python/test-notebooks.sh .build/release/divisi build/wheel Tests/Recordings build/python-notebooks
build-command: deps
	swift build $(RELEASE) --product divisi

# The plugin and its presets, ready to be copied to where hosts look.
bundle: deps
	swift build $(RELEASE) --product DivisiLV2
	swift build $(RELEASE) --product DivisiUI
	Plugin/bundle.sh .build/release/libDivisiLV2.so $(BUNDLES)

# The plugins' Turtle, after a control was added.
turtle: deps
	swift run divisi-turtle Plugin/divisi.lv2

# Separates the two recordings that ship, and compares the stems with the true ones.
demo: deps
	swift build $(RELEASE) --product divisi
	@$(DIVISI) separate Tests/Recordings/polonaise/mix.flac --score Tests/Recordings/polonaise/score.mid \
	  --preset hands --references Tests/Recordings/polonaise --filename '{parent}/{part}' -o build/demo --force
	@$(DIVISI) separate Tests/Recordings/break/mix.flac --score Tests/Recordings/break/score.mid \
	  --preset drums --references Tests/Recordings/break --filename '{parent}/{part}' -o build/demo --force

# The command line and the host are tested as they are built with the tests, the plugin as people run it: the release build.
# Tests of JACK wait for sound most of the time: they do so beside the others, which compute. JACK's servers share memory, and
# two that come and go at once have taken it from each other's clients, so there is one at a time.
PLAYING := ^(HostTests|JackHostingTests|LV2HostingTests)\.
# What `swift test --skip-build` runs, which would wait for the other.
TESTS := SWIFT_BACKTRACE=enable=no .build/debug/divisiPackageTests.xctest --testing-library swift-testing
test: deps bundle
	swift build --build-tests $(CHECKS)
	mkdir -p build/tests
	$(TESTS) --no-parallel --filter '$(PLAYING)' --skip '$(HOST_FILTER)' > build/tests/playing.log 2>&1 & playing=$$!; \
	$(TESTS) --skip '$(PLAYING)' --skip '$(HOST_FILTER)'; others=$$?; \
	wait $$playing; status=$$?; cat build/tests/playing.log; exit $$((others | status))

test-hosts: deps bundle
	swift build --build-tests $(CHECKS)
	mkdir -p build/tests
	$(TESTS) --no-parallel --filter '$(JACK_FILTER)' > build/tests/playing-hosts.log 2>&1 & playing=$$!; \
	$(TESTS) --filter '$(HOST_FILTER)' --skip '$(JACK_FILTER)'; others=$$?; \
	wait $$playing; status=$$?; cat build/tests/playing-hosts.log; exit $$((others | status))

# The figures of quality that README and docs quote, or some: make figures FIGURES="piano.hands drums". Most need the
# benchmark data in ../shared/data, which do not ship. Fails where a page says something else.
figures: build
	swift build $(RELEASE) --product divisi-figures
	.build/release/divisi-figures $(FIGURES)

# Data races in whole separations, in the plugin and between the host's threads, in a build of its own. The host's threads are judged in its libraries: under JACK, whose client ends its threads by
# cancelling them, the sanitizer ends the program when the client is closed.
# The plugin finds the runtime of the sanitizer in the tests that load it. What is compiled for aarch64 is the same in all builds.
THREADED := DivisiLV2 DivisiEngineTests DivisiRealtimeTests WorkerThreadsTests LV2HostingTests JackHostingTests DivisiHostTests PluginTests
OPTIMISED := DivisiDSPTests DivisiEngineTests DivisiAlignmentTests DivisiRealtimeTests WorkerThreadsTests
SANITIZED := DIVISI_TARGETS='$(THREADED)' SWIFT_BACKTRACE=enable=no DIVISI_BUNDLE=$(CURDIR)/build/thread/bundle
SANITIZER := --sanitize=thread --scratch-path build/thread
test-deep: deps bundle
	$(SANITIZED) swift build $(SANITIZER) --product DivisiLV2
	Plugin/bundle.sh build/thread/debug/libDivisiLV2.so build/thread/bundle unchecked
	$(SANITIZED) swift test $(SANITIZER) -Xlinker --export-dynamic \
	  --filter 'SeparatorTests|InvariantTests|StreamTests|DivisiRealtimeTests|WorkerThreadsTests'
	$(SANITIZED) TSAN_OPTIONS='halt_on_error=1 ignore_noninstrumented_modules=1' \
	  swift test --skip-build $(SANITIZER) --filter 'LV2HostingTests|JackHostingTests|DivisiHostTests'
	$(SANITIZED) TSAN_OPTIONS='halt_on_error=1 ignore_noninstrumented_modules=1 suppressions=Tests/RealTime/thread-sanitizer.supp' \
	  swift test --skip-build $(SANITIZER) --filter 'PluginTests\.(RestoreTests|WorkerTests|ScoreTests)'

# The numerics as they are shipped: all modules optimised as one, without assertions. It is another build of its own, for releases.
test-release: deps
	DIVISI_TARGETS='$(OPTIMISED)' DIVISI_RELEASE=1 SWIFT_BACKTRACE=enable=no \
	  swift test -c release -Xswiftc -enable-testing --scratch-path build/release

# Everything that writes, killed two hundred times each at random moments, before a release: each file is the old or the new one.
KILLS ?= 200
test-kills: deps bundle
	swift build --build-tests $(CHECKS)
	DIVISI_KILLS=$(KILLS) SWIFT_BACKTRACE=enable=no swift test --skip-build --filter 'KillTests|killsLeaveWholeStates'

# The workflows of `workflows/`, in a Slurm and a Snakemake of their own, while their tasks are killed at random.
test-catalogues: PACKAGES += slurm-wlm munge snakemake
test-catalogues: deps
	swift build $(RELEASE) --product divisi
	/usr/bin/python3 Tests/Workflows/test.py $(DIVISI) build/tests/workflows

# The parsers of scores, saved notes and alignments, presets, models and OSC under libFuzzer and the address sanitizer, a minute each:
# make fuzz FUZZ_SECONDS=600 FUZZ="midi osc". What it finds, and what it learns for the next time, stays in build/fuzz.
FUZZ_SECONDS ?= 60
fuzz: deps
	Tests/Fuzz/fuzz.sh build/fuzz $(FUZZ_SECONDS) $(FUZZ)

# The pictures of README and docs: what the demo learns from its piano recording, the mixer page while its drums play,
# the plugin's own windows, and the studio.
pictures: PACKAGES += xvfb jackd2 ecasound chromium chromium-driver curl
pictures: build bundle
	$(DIVISI) plot Tests/Recordings/polonaise/mix.flac --score Tests/Recordings/polonaise/score.mid --preset hands --to 10 \
	  --pictures png -o build/pictures --force
	$(DIVISI) plot Tests/Recordings/polonaise/mix.flac --score Tests/Recordings/polonaise/score.musicxml --preset hands-fast \
	  --pictures png -o build/pictures/printed --force
	cp build/pictures/activations.png build/pictures/templates.png build/pictures/printed/alignment.png docs/
	docs/mixer-page.sh .build/release/divisi-host $(BUNDLES) docs/mixer-page.png
	swift build --build-tests $(CHECKS)
	swift test --skip-build --filter 'FacePlayTests|StudioTests'
	cp build/tests/studio/project-desk-light.png docs/studio.png
	cp build/tests/studio/project-phone-dark.png docs/studio-phone.png
	cp build/tests/studio/correcting.png docs/studio-correcting.png
	cp build/tests/faces/face-drums.png build/tests/faces/face-hands.png docs/

lint:
	swift format lint --strict --recursive $(SOURCES)

format:
	swift format --in-place --recursive $(SOURCES)

# Timings, or some: make bench BENCH="nmf-kl hop-2048".
bench: deps
	swift build $(RELEASE) --product divisi-bench
	.build/release/divisi-bench $(BENCH)

# Another revision and this one in turn: make bench-against REV=HEAD~1 [BENCH="nmf-kl hop-2048"].
bench-against: deps
	@test -n "$(REV)" || { echo 'make bench-against REV=<commit> [BENCH="<name> ..."]' >&2; exit 2; }
	@revision=$$(git rev-parse --verify --quiet '$(REV)^{commit}') || { echo "no commit '$(REV)'" >&2; exit 2; }; \
	tree=build/against/$$revision; \
	git worktree prune && { [ -d $$tree ] || git worktree add --quiet --detach $$tree $$revision; } && \
	swift build $(RELEASE) --package-path $$tree --product divisi-bench && \
	swift build $(RELEASE) --product divisi-bench && \
	.build/release/divisi-bench --against $$tree/.build/release/divisi-bench $(BENCH)

# The plugin and the presets alone, which is all that a host needs.
install-plugin: bundle
	install -d $(DESTDIR)$(LV2DIR)/divisi.lv2 $(DESTDIR)$(LV2DIR)/divisi-presets.lv2
	install -m 644 $(BUNDLES)/divisi.lv2/* $(DESTDIR)$(LV2DIR)/divisi.lv2
	install -m 644 $(BUNDLES)/divisi-presets.lv2/* $(DESTDIR)$(LV2DIR)/divisi-presets.lv2

# The library, its header and the presets.
LIBDIR ?= $(PREFIX)/lib
install-library: library
	install -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include $(DESTDIR)$(LV2DIR)/divisi-presets.lv2
	install -m 644 build/library/libdivisi.so.0 $(DESTDIR)$(LIBDIR)/libdivisi.so.0
	ln -sf libdivisi.so.0 $(DESTDIR)$(LIBDIR)/libdivisi.so
	install -m 644 Sources/CDivisi/divisi.h $(DESTDIR)$(PREFIX)/include/divisi.h
	sed 's|@PREFIX@|$(PREFIX)|; s|@LIBDIR@|$(LIBDIR)|; s|@VERSION@|$(VERSION)|' Sources/DivisiLibrary/divisi.pc.in \
	  > $(DESTDIR)$(LIBDIR)/pkgconfig/divisi.pc
	install -m 644 Presets/divisi-presets.lv2/* $(DESTDIR)$(LV2DIR)/divisi-presets.lv2

# A program and a plugin that need no Swift where they run, presets, manual, completions and workflows.
install: build install-plugin install-desktop
	swift build $(RELEASE) --product generate-manual
	mkdir -p build/manual
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -s -m 755 .build/release/divisi $(DESTDIR)$(PREFIX)/bin/divisi
	install -s -m 755 .build/release/divisi-host $(DESTDIR)$(PREFIX)/bin/divisi-host
	install -s -m 755 .build/release/divisi-studio $(DESTDIR)$(PREFIX)/bin/divisi-studio
	for name in divisi divisi-host divisi-studio; do \
	  .build/release/generate-manual .build/release/$$name -o build/manual && \
	  sed -i "/^$$/d; s/^'/\\\\(aq/; s/^\.\(divisi\|build\)/\\\\\&&/" build/manual/$$name.1 && \
	  install -m 644 build/manual/$$name.1 $(DESTDIR)$(PREFIX)/share/man/man1 && \
	  .build/release/$$name --generate-completion-script bash | sed '1{/^#!/d}' \
	    > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$name && \
	  .build/release/$$name --generate-completion-script zsh \
	    > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$name && \
	  .build/release/$$name --generate-completion-script fish \
	    > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$name.fish || exit 1; \
	done
	mkdir -p $(DESTDIR)$(PREFIX)/share/divisi
	find workflows -type f -not -name '*.pyc' -exec cp --parents --preserve=mode -t $(DESTDIR)$(PREFIX)/share/divisi {} +

# Where menus and software centres look: the studio, and what they say of it and of the plugins.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
DATE := $(shell date -u -d "$$(sed -n 's/^ -- .*>  //p' debian/changelog | head -1)" +%F)
install-desktop:
	mkdir -p build/desktop
	for part in studio lv2; do \
	  sed 's/@VERSION@/$(VERSION)/; s/@DATE@/$(DATE)/' Desktop/org.divisi.$$part.metainfo.xml \
	    > build/desktop/org.divisi.$$part.metainfo.xml || exit 1; \
	done
	install -d $(DESTDIR)$(PREFIX)/share/metainfo $(DESTDIR)$(PREFIX)/share/applications \
	  $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps
	install -m 644 build/desktop/*.metainfo.xml $(DESTDIR)$(PREFIX)/share/metainfo
	install -m 644 Desktop/org.divisi.studio.desktop $(DESTDIR)$(PREFIX)/share/applications
	install -m 644 Sources/WebServing/Page/icon.svg $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/org.divisi.studio.svg

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/share/metainfo/org.divisi.*.metainfo.xml \
	  $(DESTDIR)$(PREFIX)/share/applications/org.divisi.studio.desktop \
	  $(DESTDIR)$(PREFIX)/share/icons/hicolor/scalable/apps/org.divisi.studio.svg
	for name in divisi divisi-host divisi-studio; do \
	  rm -f $(DESTDIR)$(PREFIX)/bin/$$name $(DESTDIR)$(PREFIX)/share/man/man1/$$name.1 \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions/$$name \
	    $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_$$name \
	    $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/$$name.fish; \
	done
	rm -f $(DESTDIR)$(LIBDIR)/libdivisi.so.0 $(DESTDIR)$(LIBDIR)/libdivisi.so \
	  $(DESTDIR)$(LIBDIR)/pkgconfig/divisi.pc $(DESTDIR)$(PREFIX)/include/divisi.h
	rm -rf $(DESTDIR)$(LV2DIR)/divisi.lv2 $(DESTDIR)$(LV2DIR)/divisi-presets.lv2 $(DESTDIR)$(PREFIX)/share/divisi

# Packages for Debian 12 and what descends from it, in build/deb. They need no Swift where they are installed.
deb: PACKAGES += debhelper dpkg-dev
deb: deps
	mkdir -p build/deb
	dpkg-buildpackage -b -us -uc \
	  --buildinfo-file=build/deb/divisi.buildinfo --changes-file=build/deb/divisi.changes \
	  --buildinfo-option=-ubuild/deb --changes-option=-ubuild/deb

# The packages, judged by lintian, and used in a Debian 12 of their own without Swift. For root.
test-deb: PACKAGES += lintian debootstrap appstream desktop-file-utils
test-deb: deb
	appstreamcli validate --no-net build/desktop/*.metainfo.xml
	desktop-file-validate Desktop/org.divisi.studio.desktop
	lintian --allow-root --fail-on error build/deb/divisi.changes
	Tests/Packages/install.sh build/deb Tests/Recordings

# The sources of the last commit, the same bytes each time. With Swift and what `swift package resolve` has fetched into .build, they build offline.
dist:
	mkdir -p build/dist
	git archive --format=tar --prefix=divisi-$(VERSION)/ HEAD | xz -9e > build/dist/divisi-$(VERSION).tar.xz

clean:
	rm -rf .build build
