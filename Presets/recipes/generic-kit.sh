#!/bin/sh
# Trains Presets/divisi-presets.lv2/generic-kit.safetensors from free kits that Debian packages (hydrogen-drumkits).
# Licences, as the package states them: Colombo Acoustic, Electric Empire, Hard Electro and VariBreaks GPL-2+,
# The Black Pearl GPL, Audiophob CC0. Usage: generic-kit.sh DIVISI FOLDER-OF-KITS OUTPUT
# e.g. .build/release/divisi /usr/share/hydrogen/data/drumkits Presets/divisi-presets.lv2/generic-kit.safetensors
set -eu
divisi=$1 kits=$2 output=$3
"$divisi" train \
  kick="$kits/ColomboAcousticDrumkit/bassdrum-*.flac" kick="$kits/The Black Pearl 1.0/PearlKick-*.wav" \
  kick="$kits/Audiophob/86335__*.wav" kick="$kits/VariBreaks/VP Kick *.flac" \
  kick="$kits/ElectricEmpireKit/EE_Kick_L*.flac" kick="$kits/HardElectro1/PowR_BD_1.flac" \
  snare="$kits/ColomboAcousticDrumkit/snare-opaque-normal-mic-*.flac" \
  snare="$kits/The Black Pearl 1.0/PearlSnare-*.wav" snare="$kits/Audiophob/25671__*.wav" \
  snare="$kits/VariBreaks/VP Snare *.flac" snare="$kits/ElectricEmpireKit/EE_Snare_[123].flac" \
  snare="$kits/HardElectro1/PowR_SN_1.flac" \
  hihat="$kits/ColomboAcousticDrumkit/hihat-closed-*.flac" \
  hihat="$kits/The Black Pearl 1.0/SabianHatClosed-*.wav" hihat="$kits/Audiophob/116973__*.wav" \
  hihat="$kits/VariBreaks/VP Hat * Cl.flac" hihat="$kits/ElectricEmpireKit/EE_Hat_Cl_*.flac" \
  hihat="$kits/HardElectro1/Hard_CHH_*.flac" \
  pedal-hihat="$kits/The Black Pearl 1.0/SabianHatPedal-*.wav" pedal-hihat="$kits/VariBreaks/VP Hat 1 Pd.flac" \
  open-hihat="$kits/ColomboAcousticDrumkit/hihat-open-*.flac" \
  open-hihat="$kits/The Black Pearl 1.0/SabianHatOpen-*.wav" open-hihat="$kits/Audiophob/104227__*.wav" \
  open-hihat="$kits/VariBreaks/VP Hat 1 Op.flac" open-hihat="$kits/ElectricEmpireKit/EE_Hat_Op_*.flac" \
  open-hihat="$kits/HardElectro1/Hard_Hse_OHH_1.flac" \
  --origin "Debian's hydrogen-drumkits: Colombo Acoustic (M. Guglielmetti), Electric Empire, Hard Electro, VariBreaks (A. Pavlov), GPL-2+; The Black Pearl (G. MacArthur), GPL; Audiophob, CC0" \
  --force --output "$output"
