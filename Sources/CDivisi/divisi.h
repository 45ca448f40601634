/* divisi.h: separate recordings into the parts of their scores, as `divisi separate` does, but from memory to memory.
 *
 *   divisi_score *score = divisi_score_read("score.mid", &error);
 *   divisi_options *options = divisi_options_new();
 *   divisi_options_set(options, "preset", "hands");
 *   const float *channels[] = {left, right};
 *   divisi_audio audio = {channels, 2, sample_count, 1, 44100};
 *   divisi_result *result = divisi_separate(&audio, score, options, NULL, NULL, &error);
 *   const float *samples = divisi_result_samples(result, 0, 0);   // part 0, channel 0
 *
 * Results are those of the command line, bit for bit, and so are the lines that errors and warnings say, but for the names
 * of files, which are "audio" and "notes" for what comes from memory.
 *
 * Handles are opaque. Who gets one frees it; NULL may be freed. What is read from a handle is valid until the handle is
 * freed, unless it is said otherwise. A handle may be read by several threads at once; options may not be set meanwhile.
 * All functions may be called by any thread, and several at once. Nothing is printed, no signal handler is installed, no
 * environment is changed. Text is UTF-8 and ends with a zero. Times are in seconds.
 */
#ifndef DIVISI_H
#define DIVISI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Versions ------------------------------------------------------------------------------------------------------- */

/* The version of this interface. Functions and fields of a version stay as they are; what is new is added at the end. */
#define DIVISI_ABI_VERSION 0

/* The DIVISI_ABI_VERSION that the library was built with: equal to yours, or do not go on. */
int32_t divisi_abi_version(void);

/* The version of the program, such as "1.0.0". Valid for ever. */
const char *divisi_version(void);

/* ---- Errors --------------------------------------------------------------------------------------------------------- */

/* Why a function failed. */
typedef enum divisi_code {
  DIVISI_INPUT = 1,     /* a recording, a score, a preset or a file cannot be used */
  DIVISI_CANCELLED = 2, /* the progress function said so */
  DIVISI_USAGE = 64     /* an option or a setting does not exist, or cannot have this value */
} divisi_code;

/* A code and one line of text. */
typedef struct divisi_error divisi_error;

/* Functions that can fail have a last parameter `error`. It may be NULL; else a failure puts a new error there, to be freed,
 * and success leaves it alone. */

/* One of divisi_code. */
int32_t divisi_error_code(const divisi_error *error);

/* The line, as the command line prints it behind its name. */
const char *divisi_error_text(const divisi_error *error);

/* Frees an error. */
void divisi_error_free(divisi_error *error);

/* ---- Options -------------------------------------------------------------------------------------------------------- */

/* How recordings are separated: what `divisi separate` has options for. */
typedef struct divisi_options divisi_options;

/* Those of the preset "hands". Never NULL. */
divisi_options *divisi_options_new(void);

/* Sets an option of `divisi separate` by its name without dashes in front: "preset", "parts", "iterations", "score-offset";
 * underscores may stand for dashes. A switch such as "frozen" takes "true" or "false". Settings that only presets have, such
 * as "refinements", go by the symbol that divisi_setting_at gives. An option that is set twice has its last value, but for
 * "model-file" and "anchor", of which there may be several. Names and values are checked together, when they are used. */
void divisi_options_set(divisi_options *options, const char *name, const char *value);

/* Frees options. */
void divisi_options_free(divisi_options *options);

/* A setting: what presets and options decide by number. All text is valid for ever. */
typedef struct divisi_setting {
  const char *symbol;  /* as presets have it */
  const char *option;  /* as divisi_options_set has it; the symbol where the command line has none */
  const char *name;    /* as people read it */
  const char *comment; /* what it does; may be empty */
  const char *unit;    /* such as "s" or "Hz"; empty for none */
  double minimum;      /* the least that it may be */
  double maximum;      /* the most */
  double value;        /* that of the preset "hands" */
} divisi_setting;

/* How many settings there are. */
size_t divisi_setting_count(void);

/* Fills in a setting, 0 up to divisi_setting_count() - 1. Returns 0, or -1 past the last one. */
int32_t divisi_setting_at(size_t index, divisi_setting *setting);

/* The presets that are installed. */
typedef struct divisi_presets divisi_presets;

/* Reads them: from $DIVISI_PRESETS, beside the library, or from where LV2 bundles are kept. NULL on failure. */
divisi_presets *divisi_presets_read(divisi_error **error);

/* How many there are. */
size_t divisi_presets_count(const divisi_presets *presets);

/* The name of one, as the option "preset" takes it; NULL past the last one. */
const char *divisi_presets_name(const divisi_presets *presets, size_t index);

/* What it is for, in a line; NULL past the last one. */
const char *divisi_presets_comment(const divisi_presets *presets, size_t index);

/* Frees presets. */
void divisi_presets_free(divisi_presets *presets);

/* ---- Scores --------------------------------------------------------------------------------------------------------- */

/* What a note's pitch means. */
typedef enum divisi_kind {
  DIVISI_PITCHED = 0, /* a tone */
  DIVISI_DRUM = 1,    /* the number of a drum, in General MIDI */
  DIVISI_CLICK = 2    /* a metronome for the players, which no part has */
} divisi_kind;

/* A note as it is played. Zero fields but for onset, release and pitch say nothing. */
typedef struct divisi_note {
  double onset;     /* when it is struck */
  double release;   /* when its key is released; not before the onset */
  double damped;    /* when its string is damped: the release, or later where a pedal holds it; 0 for the release */
  int32_t pitch;    /* a MIDI note number, 0 to 127; middle C is 60 */
  int32_t velocity; /* 1 to 127; 0 where nothing is known */
  int32_t track;    /* from 1; 0 for 1 */
  int32_t channel;  /* a MIDI channel, 1 to 16; 0 for none */
  int32_t staff;    /* from 1 at the top; 0 for none */
  int32_t voice;    /* 0 for none */
  int32_t kind;     /* one of divisi_kind; channel 10 is drums whatever it says */
  char label[36];   /* what names a part in tables: "left", "violin"; ends with a zero, and may be empty */
} divisi_note;

/* The notes of a score, and what it says of tracks, pedals and bars. */
typedef struct divisi_score divisi_score;

/* Reads MIDI, MusicXML, .mxl or CSV. NULL on failure.
 * options: "drum-map" counts; may be NULL. */
divisi_score *divisi_score_read(
    const char *path, const divisi_options *options, divisi_error **error);

/* A score of notes, which are copied and may come in any order. NULL on failure.
 * track_names: a name for each track, such as "right hand"; may be NULL where track_count is 0.
 * The pedal counts as written down where a note is damped after its release. */
divisi_score *divisi_score_new(
    const divisi_note *notes, size_t count, const char *const *track_names, size_t track_count,
    divisi_error **error);

/* How many notes there are. */
size_t divisi_score_count(const divisi_score *score);

/* The notes, sorted by onset, pitch and track. Times are those of the score, tempo and repeats played out. */
const divisi_note *divisi_score_notes(const divisi_score *score);

/* How many tracks there are. */
size_t divisi_score_track_count(const divisi_score *score);

/* The name of a track, from 0; may be empty, and is NULL past the last one. */
const char *divisi_score_track_name(const divisi_score *score, size_t index);

/* Divides the notes into parts, as options say: "preset", "parts", "split".
 * parts: gets, for each note, the number of its part from 0, or -1 if it is in none; count of divisi_score_count.
 * names: gets as many names as fit into `capacity`; they are valid until the score is freed. Both may be NULL.
 * Returns how many parts there are, or -1 on failure. */
int32_t divisi_score_parts(
    divisi_score *score, const divisi_options *options, int32_t *parts, const char **names,
    size_t capacity, divisi_error **error);

/* Frees a score. */
void divisi_score_free(divisi_score *score);

/* ---- Recordings ----------------------------------------------------------------------------------------------------- */

/* Samples that you keep; they are read where they are, and must not change during a call. */
typedef struct divisi_audio {
  const float *const *channels; /* where each channel begins; full scale is 1 */
  size_t channel_count;         /* 1 to 64 */
  size_t sample_count;          /* of each channel */
  size_t stride;                /* values from one sample of a channel to the next: 1 if planar, channel_count if interleaved */
  double sample_rate;           /* in hertz, 8000 to 192000, without a fraction */
} divisi_audio;

/* Is told how far a call is, 0 to 1, on the thread that calls. Returns 0 to go on, anything else to cancel. */
typedef int32_t (*divisi_progress)(double fraction, void *data);

/* ---- Separation ----------------------------------------------------------------------------------------------------- */

/* The parts of a recording. */
typedef struct divisi_result divisi_result;

/* Separates a recording. NULL on failure.
 * score: NULL for drums whose strokes nobody has written down.
 * options: NULL for those of divisi_options_new. With "residual", what no part explains is kept out of the parts and
 *   becomes one more, so that all add up to the recording.
 * progress: may be NULL; data is passed on to it. */
divisi_result *divisi_separate(
    const divisi_audio *audio, const divisi_score *score, const divisi_options *options,
    divisi_progress progress, void *data, divisi_error **error);

/* The same, and keeps what was learnt; a long recording is then fitted at once, which takes memory. */
divisi_result *divisi_fit(
    const divisi_audio *audio, const divisi_score *score, const divisi_options *options,
    divisi_progress progress, void *data, divisi_error **error);

/* How many parts there are, with the residual, which is the last. */
size_t divisi_result_count(const divisi_result *result);

/* The name of a part; NULL past the last one. */
const char *divisi_result_name(const divisi_result *result, size_t part);

/* The samples of a channel of a part: as many as the recording has, on the same scale. The channels of a part lie one
 * behind the other. NULL where there is none. */
const float *divisi_result_samples(const divisi_result *result, size_t part, size_t channel);

/* What is doubtful, a line each, from 0; NULL past the last one. */
const char *divisi_result_warning(const divisi_result *result, size_t index);

/* How the recording is tuned against A4 = 440 Hz, in cents; not a number for drums and silence. */
double divisi_result_tuning(const divisi_result *result);

/* What was learnt: values of up to three dimensions, the last one contiguous. */
typedef struct divisi_tensor {
  const char *name;     /* V, V_hat, W, H, M_H, owner, W_E, H_E, W_D_inverse, F or masks, as --export-factors has them */
  size_t rank;          /* how many dimensions there are */
  size_t shape[3];      /* how long each is */
  const float *values;  /* all values */
} divisi_tensor;

/* The name of a tensor, from 0; NULL past the last one. There is none but for divisi_fit, and for silence. */
const char *divisi_result_tensor_name(const divisi_result *result, size_t index);

/* Fills in a tensor by its name. It is computed when it is first asked for. Returns 0, or -1 where there is none. */
int32_t divisi_result_tensor(
    const divisi_result *result, const char *name, divisi_tensor *tensor);

/* The losses of the fit, at the start and after each iteration; NULL but for divisi_fit. */
const double *divisi_result_losses(const divisi_result *result, size_t *count);

/* What else is known of a fit, as text by name: "model", "parts", "components", "pitches" (lists with commas), "sample_rate",
 * "window", "hop", "beta", "alpha". NULL for what is not known. */
const char *divisi_result_metadata(const divisi_result *result, const char *name);

/* Frees a result, and all that was read from it. */
void divisi_result_free(divisi_result *result);

/* ---- Alignment ------------------------------------------------------------------------------------------------------ */

/* A score on the time of a recording. */
typedef struct divisi_alignment divisi_alignment;

/* Aligns a score, as `divisi align` does. NULL on failure, also for a score that is of another piece, unless options have
 * "force-score".
 * options: "drums", "jumps", "anchor", "correct-notes" where it is "on", "score-offset", "force-score" and "threads" count;
 * may be NULL. */
divisi_alignment *divisi_align(
    const divisi_audio *audio, const divisi_score *score, const divisi_options *options,
    divisi_error **error);

/* A time of a score, and the one of the recording where it is heard. */
typedef struct divisi_point {
  double score;
  double audio;
} divisi_point;

/* The path, ascending. */
const divisi_point *divisi_alignment_path(const divisi_alignment *alignment, size_t *count);

/* The notes when and as the recording plays them. */
const divisi_note *divisi_alignment_notes(const divisi_alignment *alignment, size_t *count);

/* What is known of an alignment. */
typedef struct divisi_verdict {
  const char *judgement; /* "good", "doubtful" or "not this piece" */
  const char *text;      /* a line for people */
  double agreement;      /* 0 to 1 */
  double coverage;       /* the share of the sound that the score covers */
  double tempo;          /* how many times as fast as the score it is played */
  double tuning;         /* in cents against A4 = 440 Hz; not a number where nobody looked */
  int32_t transposition; /* semitones by which it sounds higher than it is written */
} divisi_verdict;

/* Fills in the verdict; its text is valid until the alignment is freed. */
void divisi_alignment_verdict(const divisi_alignment *alignment, divisi_verdict *verdict);

/* Frees an alignment. */
void divisi_alignment_free(divisi_alignment *alignment);

#ifdef __cplusplus
}
#endif

#endif
