// Plays a recording into another JACK client along the transport and records what comes out, both
// freewheeling, unless told otherwise. Two clients, since one before and behind another would hear it a period later.
#include <errno.h>
#include <signal.h>
#include <jack/jack.h>
#include <jack/midiport.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_CHANNELS = 32, MAX_EVENTS = 4096 };

/// A short MIDI message at a place of the transport.
typedef struct {
  unsigned frame, size;
  unsigned char bytes[3];
} Event;

static jack_client_t *player, *recorder;
static jack_port_t *sources[MAX_CHANNELS], *sinks[MAX_CHANNELS], *midi_source, *midi_sink;
static unsigned source_count, sink_count, length, start, announced, slow_from;
static Event played[MAX_EVENTS], heard[MAX_EVENTS];
static unsigned played_count, heard_count;
static double tempo;
static bool waits;
static float *input, *output;
static atomic_bool has_begun, is_missed, is_done, is_gone, is_released;

/// Where the transport is; false if it does not roll.
static bool place(jack_client_t* client, jack_nframes_t* position) {
  jack_position_t transport;
  const bool rolls = jack_transport_query(client, &transport) == JackTransportRolling;
  *position = transport.frame;
  return rolls;
}

static void pause_for(long milliseconds) {
  const struct timespec pause = {0, milliseconds * 1000000};
  nanosleep(&pause, NULL);
}

static int play(jack_nframes_t count, void* context) {
  (void)context;
  jack_nframes_t now;
  const bool rolls = place(player, &now);
  // When freewheeling, the server waits for whoever is slowest.
  if (slow_from && now >= slow_from && !atomic_load(&is_released)) pause_for(20);
  for (unsigned channel = 0; channel < source_count; ++channel) {
    float* samples = jack_port_get_buffer(sources[channel], count);
    for (jack_nframes_t n = 0; n < count; ++n)
      samples[n] = rolls && now + n < length ? input[(now + n) * source_count + channel] : 0;
  }
  if (!midi_source) return 0;
  void* events = jack_port_get_buffer(midi_source, count);
  jack_midi_clear_buffer(events);
  for (unsigned n = 0; rolls && n < played_count; ++n)
    if (played[n].frame >= now && played[n].frame < now + count)
      jack_midi_event_write(events, played[n].frame - now, played[n].bytes, played[n].size);
  return 0;
}

/// Four quarters in a bar, at a steady tempo.
static void tell_time(jack_transport_state_t state, jack_nframes_t count, jack_position_t* position, int is_new,
                      void* context) {
  (void)state, (void)count, (void)is_new, (void)context;
  const double beats = position->frame * tempo / 60 / position->frame_rate;
  const int whole = (int)beats;
  position->valid = JackPositionBBT;
  position->ticks_per_beat = 1920;
  position->beats_per_bar = 4;
  position->beat_type = 4;
  position->beats_per_minute = tempo;
  position->bar = whole / 4 + 1;
  position->beat = whole % 4 + 1;
  position->tick = (int)((beats - whole) * position->ticks_per_beat);
  position->bar_start_tick = (position->bar - 1) * 4 * position->ticks_per_beat;
}

static int record(jack_nframes_t count, void* context) {
  (void)context;
  jack_nframes_t now;
  if (!place(recorder, &now) || atomic_load(&is_done)) return 0;
  if (now == start) atomic_store(&has_begun, true);
  if (!atomic_load(&has_begun)) {
    // Where the server waits for nobody it may have left out the block that is the first; where to go to is known within a few.
    static unsigned missed_count;
    if (now > start && ++missed_count % 20 == 0) atomic_store(&is_missed, true);
    return 0;
  }
  for (unsigned channel = 0; channel < sink_count; ++channel) {
    const float* samples = jack_port_get_buffer(sinks[channel], count);
    for (jack_nframes_t n = 0; n < count && now + n < length; ++n)
      output[(now + n) * sink_count + channel] = samples[n];
  }
  if (midi_sink) {
    void* events = jack_port_get_buffer(midi_sink, count);
    jack_midi_event_t event;
    for (unsigned n = 0; jack_midi_event_get(&event, events, n) == 0 && heard_count < MAX_EVENTS; ++n) {
      Event* copy = &heard[heard_count++];
      copy->frame = now + event.time;
      copy->size = event.size < 3 ? (unsigned)event.size : 3;
      memcpy(copy->bytes, event.buffer, copy->size);
    }
  }
  if (now + count >= length) atomic_store(&is_done, true);
  return 0;
}

static void leave(void* context) {
  (void)context;
  atomic_store(&is_gone, true);
}

static void release(int signal) {
  if (signal == SIGUSR2) atomic_store(&is_done, true);
  atomic_store(&is_released, true);
}

static jack_client_t* join(const char* name, JackProcessCallback process) {
  jack_client_t* client = NULL;
  // A server that is starting another client may be too busy to answer at once.
  for (int attempt = 0; !client && attempt < 2000; ++attempt) {
    if (attempt) pause_for(2);
    client = jack_client_open(name, JackNoStartServer | JackUseExactName, NULL);
  }
  if (!client) {
    fprintf(stderr, "there is no server for %s\n", name);
    exit(3);
  }
  jack_set_process_callback(client, process, NULL);
  jack_on_shutdown(client, leave, NULL);
  return client;
}

/// Lines of a frame and up to three bytes, in hexadecimal.
static void read_events(const char* path) {
  FILE* file = fopen(path, "r");
  if (!file) exit(4);
  Event event = {0};
  unsigned bytes[3];
  while (played_count < MAX_EVENTS &&
         fscanf(file, "%u %x %x %x", &event.frame, &bytes[0], &bytes[1], &bytes[2]) == 4) {
    event.size = 3;
    for (unsigned n = 0; n < 3; ++n) event.bytes[n] = (unsigned char)bytes[n];
    played[played_count++] = event;
  }
  fclose(file);
}

/// Registers a port for what an argument begins with.
static jack_port_t* open_port(char kind) {
  char name[32];
  switch (kind) {
    case '>':
      snprintf(name, sizeof name, "out_%u", source_count + 1);
      return sources[source_count++] = jack_port_register(player, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    case '<':
      snprintf(name, sizeof name, "in_%u", sink_count + 1);
      return sinks[sink_count++] = jack_port_register(recorder, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    case '}':
      return midi_source = jack_port_register(player, "midi_out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    case '{':
      return midi_sink = jack_port_register(recorder, "midi_in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
    default:
      fprintf(stderr, "'%c': expected one of > < } {\n", kind);
      exit(2);
  }
}

int main(int count, char** arguments) {
  int first = 4;
  if (count < 5) {
    fprintf(stderr, "usage: jackplay IN.raw OUT.raw FRAMES [-m EVENTS] [-t TEMPO] [-s START] [-w WAITS] [-r FRAME] [>PORT | <PORT | }PORT | {PORT]...\n"
                    "says where it is when it has reached FRAME, and each second from there on, and goes on slowly until it gets SIGUSR1,\n"
                    "or ends with SIGUSR2: what was not recorded is not a number\n"
                    "raw: floats, interleaved; > plays to a port, < records one, } and { the same with MIDI\n");
    return 2;
  }
  length = (unsigned)atoi(arguments[3]);
  for (; first + 1 < count && arguments[first][0] == '-'; first += 2) {
    const char* value = arguments[first + 1];
    switch (arguments[first][1]) {
      case 'm': read_events(value); break;
      case 't': tempo = atof(value); break;
      case 's': start = (unsigned)atoi(value); break;
      case 'w': waits = atoi(value); break;
      case 'r': announced = slow_from = (unsigned)atoi(value); break;
      default: return 2;
    }
  }
  signal(SIGUSR1, release);
  signal(SIGUSR2, release);
  player = join("player", play);
  recorder = join("recorder", record);
  jack_port_t* ports[count];
  for (int n = first; n < count; ++n) ports[n] = open_port(arguments[n][0]);
  input = calloc((size_t)length * source_count + 1, sizeof(float));
  output = malloc(((size_t)length * sink_count + 1) * sizeof(float));
  for (size_t n = 0; n < (size_t)length * sink_count; ++n) output[n] = NAN;
  FILE* file = fopen(arguments[1], "rb");
  if (!file || (source_count && fread(input, sizeof(float) * source_count, length, file) == 0)) return 4;
  fclose(file);

  jack_activate(recorder);
  jack_activate(player);
  for (int n = first; n < count; ++n) {
    const char *other = arguments[n] + 1, *own = jack_port_name(ports[n]);
    const bool plays = jack_port_flags(ports[n]) & JackPortIsOutput;
    const int status = plays ? jack_connect(player, own, other) : jack_connect(recorder, other, own);
    if (status && status != EEXIST) {
      fprintf(stderr, "%s cannot be connected\n", other);
      return 5;
    }
  }
  if (tempo > 0) jack_set_timebase_callback(player, 0, tell_time, NULL);
  if (!waits) jack_set_freewheel(player, 1);
  jack_transport_locate(player, start);
  jack_transport_start(player);
  const bool is_pipewire = strstr(jack_get_version_string(), "PipeWire");
  unsigned passes = 0;
  while (!atomic_load(&is_done) && !atomic_load(&is_gone)) {
    jack_nframes_t now;
    // It puts both under another driver when they begin to freewheel, which has a transport of its own.
    const bool is_elsewhere = is_pipewire && ++passes % 100 == 0 && !atomic_load(&has_begun);
    if (is_elsewhere || atomic_exchange(&is_missed, false)) {
      jack_transport_locate(player, start);
      jack_transport_start(player);
    }
    if (announced && !atomic_load(&is_released) && place(player, &now) && now >= announced) {
      printf("reached %u\n", now);
      fflush(stdout);
      announced += jack_get_sample_rate(player);
    }
    pause_for(2);
  }
  jack_transport_stop(player);
  if (!waits) jack_set_freewheel(player, 0);
  if (atomic_load(&is_gone)) return 6;
  jack_client_close(player);
  jack_client_close(recorder);
  for (unsigned n = 0; n < heard_count; ++n) {
    printf("%u", heard[n].frame);
    for (unsigned byte = 0; byte < heard[n].size; ++byte) printf(" %02x", heard[n].bytes[byte]);
    printf("\n");
  }
  file = fopen(arguments[2], "wb");
  if (!file || (sink_count && fwrite(output, sizeof(float) * sink_count, length, file) != length)) return 7;
  return fclose(file) ? 7 : 0;
}
