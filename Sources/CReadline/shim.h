// Before what needs FILE.
#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

// Swift sees no mutable globals of C.
static inline void prompt_set_up(const char* name, rl_completion_func_t* completion) {
  rl_readline_name = name;
  rl_attempted_completion_function = completion;
  rl_completer_word_break_characters = " ";
  rl_catch_signals = 0;
}
static inline void prompt_end_completion(void) { rl_attempted_completion_over = 1; }
static inline const char* prompt_line(void) { return rl_line_buffer; }
