// Plays a recording into another JACK client along the transport and records what comes out, both
// freewheeling. Two clients, since one before and behind another would hear it a period later.
#include <jack/jack.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MAX_CHANNELS = 32 };

static jack_client_t *player, *recorder;
static jack_port_t *sources[MAX_CHANNELS], *sinks[MAX_CHANNELS];
static unsigned source_count, sink_count, length;
static float *input, *output;
static atomic_bool is_done, is_gone;

/// Where the transport is; false if it does not roll.
static bool place(jack_client_t* client, jack_nframes_t* position) {
  jack_position_t transport;
  const bool rolls = jack_transport_query(client, &transport) == JackTransportRolling;
  *position = transport.frame;
  return rolls;
}

static int play(jack_nframes_t count, void* context) {
  (void)context;
  jack_nframes_t now;
  const bool rolls = place(player, &now);
  for (unsigned channel = 0; channel < source_count; ++channel) {
    float* samples = jack_port_get_buffer(sources[channel], count);
    for (jack_nframes_t n = 0; n < count; ++n)
      samples[n] = rolls && now + n < length ? input[(now + n) * source_count + channel] : 0;
  }
  return 0;
}

static int record(jack_nframes_t count, void* context) {
  (void)context;
  jack_nframes_t now;
  if (!place(recorder, &now) || atomic_load(&is_done)) return 0;
  for (unsigned channel = 0; channel < sink_count; ++channel) {
    const float* samples = jack_port_get_buffer(sinks[channel], count);
    for (jack_nframes_t n = 0; n < count && now + n < length; ++n)
      output[(now + n) * sink_count + channel] = samples[n];
  }
  if (now + count >= length) atomic_store(&is_done, true);
  return 0;
}

static void leave(void* context) {
  (void)context;
  atomic_store(&is_gone, true);
}

static void pause_briefly(void) {
  const struct timespec pause = {0, 2000000};
  nanosleep(&pause, NULL);
}

static jack_client_t* join(const char* name, JackProcessCallback process) {
  jack_client_t* client = NULL;
  // A server that is starting another client may be too busy to answer at once.
  for (int attempt = 0; !client && attempt < 2000; ++attempt) {
    if (attempt) pause_briefly();
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

int main(int count, char** arguments) {
  if (count < 5) {
    fprintf(stderr, "usage: jackplay IN.raw OUT.raw FRAMES [>PORT | <PORT]...\n"
                    "raw: floats, interleaved; > plays to a port, < records one\n");
    return 2;
  }
  length = (unsigned)atoi(arguments[3]);
  player = join("player", play);
  recorder = join("recorder", record);
  for (int n = 4; n < count; ++n) {
    char name[32];
    if (arguments[n][0] == '>') {
      snprintf(name, sizeof name, "out_%u", source_count + 1);
      sources[source_count++] =
          jack_port_register(player, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsOutput, 0);
    } else {
      snprintf(name, sizeof name, "in_%u", sink_count + 1);
      sinks[sink_count++] =
          jack_port_register(recorder, name, JACK_DEFAULT_AUDIO_TYPE, JackPortIsInput, 0);
    }
  }
  input = calloc((size_t)length * source_count + 1, sizeof(float));
  output = malloc(((size_t)length * sink_count + 1) * sizeof(float));
  for (size_t n = 0; n < (size_t)length * sink_count; ++n) output[n] = NAN;
  FILE* file = fopen(arguments[1], "rb");
  if (!file || fread(input, sizeof(float) * source_count, length, file) == 0) return 4;
  fclose(file);

  jack_activate(recorder);
  jack_activate(player);
  unsigned source = 0, sink = 0;
  for (int n = 4; n < count; ++n) {
    const char* other = arguments[n] + 1;
    const int status = arguments[n][0] == '>'
                           ? jack_connect(player, jack_port_name(sources[source++]), other)
                           : jack_connect(recorder, other, jack_port_name(sinks[sink++]));
    if (status) {
      fprintf(stderr, "%s cannot be connected\n", other);
      return 5;
    }
  }
  jack_set_freewheel(player, 1);
  jack_transport_locate(player, 0);
  jack_transport_start(player);
  while (!atomic_load(&is_done) && !atomic_load(&is_gone)) pause_briefly();
  jack_transport_stop(player);
  jack_set_freewheel(player, 0);
  if (atomic_load(&is_gone)) return 6;
  jack_client_close(player);
  jack_client_close(recorder);
  file = fopen(arguments[2], "wb");
  if (!file || fwrite(output, sizeof(float) * sink_count, length, file) != length) return 7;
  return fclose(file) ? 7 : 0;
}
