"""What `hands.py` weighs, as HandsBefore.swift and HandCosts.swift do."""

import numba
import numpy as np

NAMES = """spanOverFifth spanOverOctave spanOverTenth spanOfHeldKeys fourthKey fifthKey sixthKey
fastLeap leap rest longRest otherLength fastExchange rightHand crossing crossingWidth fromNow fromLately
beyondOther beyondMiddleC beyondUsualMiddle beyondSoundingMiddle beyondPartingHalfSecond
beyondPartingTwoSeconds beyondPartingTwentySeconds legatoOfOther nearnessOfOther alsoHolds moreKeys
fewerKeys leavesOtherFree togetherUnlikeBefore apartUnlikeBefore dividesThird dividesFifth dividesOctave
dividesElsewhere dividesOctaveAlone dividesSmallChord dividesCloseChord dividesEqualLengths
dividesIntervalOfOther keyOfOther keyOfOtherNow""".split()
globals().update({name: place for place, name in enumerate(NAMES)})
REACH = 64
jit = numba.njit


def sort_chords(notes):
    """Columns onset, release, pitch, hand (1 right); chords begin together, from the lowest key up."""
    notes = notes[np.lexsort((notes[:, 2], notes[:, 0]))].copy()
    start = 0
    while start < len(notes):
        end = start + np.searchsorted(notes[start:, 0], notes[start, 0] + 0.03)
        chord = notes[start:end]
        notes[start:end] = chord[np.argsort(chord[:, 2], kind="stable")]
        notes[start:end, 0] = chord[:, 0].min()
        start = end
    return notes


@jit
def parting(pitch):
    low, high = pitch.min(), pitch.max()
    for _ in range(6):
        below = pitch < (low + high) / 2
        if below.sum() == 0 or below.sum() == len(pitch):
            break
        low, high = pitch[below].mean(), pitch[~below].mean()
    return (low + high) / 2


@jit
def surroundings(n):
    """For each note: middle of what sounds, partings, usual middle; chord low, high, count, gap."""
    found = np.zeros((len(n), 9))
    on, off, pitch = n[:, 0], n[:, 1], n[:, 2]
    for i in range(len(n)):
        low = high = pitch[i]
        for j in range(max(0, i - REACH), min(len(n), i + REACH)):
            if on[j] < on[i] + 0.5 and off[j] > on[i] - 0.5:
                low, high = min(low, pitch[j]), max(high, pitch[j])
        found[i, 0] = (low + high) / 2
        for k, seconds in enumerate((0.5, 2.0, 20.0)):
            near = pitch[np.searchsorted(on, on[i] - seconds):np.searchsorted(on, on[i] + seconds)]
            found[i, 1 + k] = parting(near)
        found[i, 4] = (np.median(near) + 60) / 2
        chord = pitch[np.searchsorted(on, on[i]):np.searchsorted(on, on[i], side="right")]
        found[i, 5], found[i, 6], found[i, 7] = chord[0], chord[-1], len(chord)
        for j in range(1, len(chord)):
            found[i, 8] = max(found[i, 8], chord[j] - chord[j - 1])
    return found


@jit
def octaves(semitones):
    return max(0.0, semitones) / 12


# What is known of a hand; see HandsBefore.swift.
LOW, HIGH, COUNT, HOLDS, CHORD, LAST, LAST_LOW, LAST_HIGH, LAST_COUNT = range(9)
NOW, NOW_SHARE, LATELY, LATELY_SHARE, LENGTH, LENGTH_SHARE, LEGATO, NEARNESS = range(9, 17)


@jit
def features(i, hands, n, around, state, found):
    """What giving note `i` to each hand means; `hands` has those before it, the latest in the lowest bit."""
    found[:] = 0
    for hand in state:
        hand[:] = 0
        hand[LOW] = hand[LAST_LOW] = np.inf
        hand[HIGH] = hand[LAST_HIGH] = hand[LAST] = -np.inf
    onset, pitch, length = n[i, 0], n[i, 2], np.log(n[i, 1] - n[i, 0] + 0.03)
    below = key = last = together = earlier = -1
    gap = below_length = below_pitch = key_age = last_age = last_distance = earlier_onset = 0.0
    for j in range(i - 1, max(0, i - REACH) - 1, -1):
        right = numba.int64(hands & numba.uint64(1))
        hands = hands >> numba.uint64(1)
        hand, age, distance = state[right], onset - n[j, 0], abs(pitch - n[j, 2])
        if age > 8 and state[0][NOW_SHARE] > 0 and state[1][NOW_SHARE] > 0:
            break
        other_length = np.log(n[j, 1] - n[j, 0] + 0.03)
        if age == 0 or n[j, 1] > onset + 0.01:
            hand[LOW], hand[HIGH] = min(hand[LOW], n[j, 2]), max(hand[HIGH], n[j, 2])
            hand[COUNT] += 1
        if age == 0:
            hand[CHORD] += 1
            if below < 0:
                below, gap, below_length, below_pitch = right, distance, other_length, n[j, 2]
        else:
            if n[j, 1] > onset + 0.05:
                hand[HOLDS] = 1
            pause = abs(onset - n[j, 1]) / 0.24
            if pause < 1:
                hand[LEGATO] = max(hand[LEGATO], (1 - pause) * max(0, 1 - distance / 14))
            if hand[LAST] == -np.inf:
                hand[LAST] = n[j, 0]
            if n[j, 0] == hand[LAST]:
                hand[LAST_LOW], hand[LAST_HIGH] = min(hand[LAST_LOW], n[j, 2]), max(hand[LAST_HIGH], n[j, 2])
                hand[LAST_COUNT] += 1
            if below >= 0 and together < 0 and age <= 8:
                if earlier >= 0 and n[j, 0] == earlier_onset and n[j, 2] == below_pitch:
                    together = int(right == earlier)
                if distance == 0:
                    earlier, earlier_onset = right, n[j, 0]
            if last < 0 or (age == last_age and distance < last_distance):
                last, last_age, last_distance = right, age, distance
            hand[LENGTH] += other_length / (0.3 + age)
            hand[LENGTH_SHARE] += 1 / (0.3 + age)
            if age < 2:
                hand[NEARNESS] = max(hand[NEARNESS], (1 - age / 2) * max(0, 1 - distance / 5))
        hand[NOW] += n[j, 2] / (0.1 + age * age)
        hand[NOW_SHARE] += 1 / (0.1 + age * age)
        hand[LATELY] += n[j, 2] / (1 + age)
        hand[LATELY_SHARE] += 1 / (1 + age)
        if age <= 8 and key < 0 and distance == 0:
            key, key_age = right, age
    middle, half, two, twenty, usual, chord_low, chord_high, chord_count, chord_gap = around[i]
    for right in range(2):
        f, hand, other, side = found[right], state[right], state[1 - right], 2 * right - 1
        if hand[COUNT] > 0:
            span = max(abs(pitch - hand[LOW]), abs(pitch - hand[HIGH]))
            f[spanOverFifth], f[spanOverOctave] = octaves(span - 7), octaves(span - 12)
            f[spanOverTenth] = min(1, octaves(span - 15))
            f[spanOfHeldKeys] = octaves(span - 9) * hand[HOLDS]
            f[fourthKey], f[fifthKey], f[sixthKey] = hand[COUNT] >= 3, hand[COUNT] >= 4, hand[COUNT] >= 5
        age = onset - hand[LAST]
        if hand[LAST] > -np.inf:
            width = max(pitch - hand[LAST_HIGH], hand[LAST_LOW] - pitch)
            f[fastLeap] = min(2, octaves(width - 5)) / (1 + 40 * age * age)
            f[leap] = min(2, octaves(width - 3)) / (1 + 4 * age * age)
            f[rest] = min(1, age / 2)
        f[longRest] = age > 3
        if hand[LENGTH_SHARE] > 0:
            f[otherLength] = min(1.5, abs(length - hand[LENGTH] / hand[LENGTH_SHARE]))
        if below < 0 and last == 1 - right and last_age < 0.25 and 4 < last_distance <= 9:
            f[fastExchange] = 1 - last_age / 0.25
        f[rightHand] = right
        cross = other[HIGH] - pitch if right else pitch - other[LOW]
        if other[COUNT] > 0 and cross > 0:
            f[crossing], f[crossingWidth] = 1, min(1.5, octaves(cross))
        now = hand[NOW] / hand[NOW_SHARE] if hand[NOW_SHARE] > 0 else usual + 7 * side
        lately = hand[LATELY] / hand[LATELY_SHARE] if hand[LATELY_SHARE] > 0 else usual + 7 * side
        others = other[NOW] / other[NOW_SHARE] if other[NOW_SHARE] > 0 else usual - 7 * side
        f[fromNow], f[fromLately] = min(2, octaves(abs(pitch - now))), min(2, octaves(abs(pitch - lately)))
        f[beyondOther] = min(2, octaves(side * (others - pitch)))
        f[beyondMiddleC] = min(2, octaves(side * (60 - pitch)))
        f[beyondUsualMiddle] = min(2, octaves(side * (usual - pitch)))
        f[beyondSoundingMiddle] = min(1.5, octaves(side * (middle - pitch)))
        f[beyondPartingHalfSecond] = min(1, octaves(side * (half - pitch)))
        f[beyondPartingTwoSeconds] = min(1, octaves(side * (two - pitch)))
        f[beyondPartingTwentySeconds] = min(1, octaves(side * (twenty - pitch)))
        f[legatoOfOther] = max(0, other[LEGATO] - hand[LEGATO])
        f[nearnessOfOther] = max(0, other[NEARNESS] - hand[NEARNESS])
        f[alsoHolds] = hand[HOLDS] > 0 and other[HOLDS] == 0
        f[moreKeys] = hand[LAST_COUNT] > 0 and hand[CHORD] + 1 > hand[LAST_COUNT]
        f[fewerKeys] = 0 < other[CHORD] < other[LAST_COUNT]
        if below == right:
            f[leavesOtherFree] = other[COUNT] == 0 and hand[COUNT] > 0
            f[togetherUnlikeBefore] = together == 0
        elif below >= 0:
            span = chord_high - chord_low
            f[dividesThird], f[dividesFifth], f[dividesOctave] = gap <= 4, 4 < gap <= 7, 7 < gap <= 12
            f[dividesElsewhere] = 1 - gap / max(1, chord_gap)
            f[dividesOctaveAlone] = span == 12 and chord_count == 2
            f[dividesSmallChord], f[dividesCloseChord] = span <= 12, span <= 9
            if chord_count > 2:
                f[dividesEqualLengths] = max(0, 1 - abs(length - below_length) / 0.3)
            f[dividesIntervalOfOther] = other[LAST_COUNT] > 1 and other[LAST_HIGH] - other[LAST_LOW] == gap
            f[apartUnlikeBefore] = together == 1
        if key == 1 - right:
            f[keyOfOther], f[keyOfOtherNow] = 1, np.exp(-key_age)
