#include <jack/jack.h>
#include <jack/metadata.h>
#include <jack/midiport.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The complete list of what the host calls of JACK on the audio thread; JACK promises that none of it waits.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME void* host_port_buffer(jack_port_t* port, jack_nframes_t count) {
  return jack_port_get_buffer(port, count);
}

static inline DIVISI_REALTIME uint32_t host_midi_count(void* buffer) { return jack_midi_get_event_count(buffer); }

static inline DIVISI_REALTIME int host_midi_get(jack_midi_event_t* event, void* buffer, uint32_t index) {
  return jack_midi_event_get(event, buffer, index);
}

static inline DIVISI_REALTIME void host_midi_clear(void* buffer) { jack_midi_clear_buffer(buffer); }

static inline DIVISI_REALTIME int host_midi_write(
    void* buffer, jack_nframes_t frame, const void* bytes, size_t count) {
  return jack_midi_event_write(buffer, frame, (const jack_midi_data_t*)bytes, count);
}

/// Where JACK's transport is; its own type is packed, which Swift does not read.
typedef struct {
  bool rolls;
  /// Whether the members below `frame` mean something.
  bool hasBeats;
  uint32_t frame;
  /// All counted from 1.
  int32_t bar, beat;
  double beatFraction;
  float beatsPerBar, beatUnit;
  double beatsPerMinute;
} HostTransport;

static inline DIVISI_REALTIME HostTransport host_transport(const jack_client_t* client) {
  jack_position_t position;
  HostTransport result = {0};
  result.rolls = jack_transport_query(client, &position) == JackTransportRolling;
  result.frame = position.frame;
  result.hasBeats = (position.valid & JackPositionBBT) && position.ticks_per_beat > 0;
  if (result.hasBeats) {
    result.bar = position.bar;
    result.beat = position.beat;
    result.beatFraction = position.tick / position.ticks_per_beat;
    result.beatsPerBar = position.beats_per_bar;
    result.beatUnit = position.beat_type;
    result.beatsPerMinute = position.beats_per_minute;
  }
  return result;
}

/// Whether the transport is where it was expected, and the music in it goes on as before.
///
/// Beats are not compared: that they go on is in the tempo, and what a timebase master rounds is not news.
static inline DIVISI_REALTIME bool host_transport_goes_on(HostTransport now, HostTransport expected) {
  if (now.rolls != expected.rolls || now.frame != expected.frame || now.hasBeats != expected.hasBeats) return false;
  return !now.hasBeats || (now.beatsPerMinute == expected.beatsPerMinute && now.beatsPerBar == expected.beatsPerBar &&
                           now.beatUnit == expected.beatUnit);
}

// Swift cannot call functions with variable arguments.
static inline jack_client_t* host_client_open(const char* name, jack_options_t options, jack_status_t* status) {
  return jack_client_open(name, options, status);
}

// JACK says on standard error what its callers say better.
static inline void host_say_nothing(const char* message) { (void)message; }
static inline void host_silence_jack(void) {
  jack_set_error_function(host_say_nothing);
  jack_set_info_function(host_say_nothing);
}
