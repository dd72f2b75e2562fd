/* Asks one server, over one TCP connection, with a window of requests outstanding, for some seconds.
 *
 *   client PORT WINDOW SECONDS PREFIX REQUEST
 *
 * REQUEST may contain %d: the number of the request. Each reply is one line that must begin with PREFIX (which may
 * contain %d as well); lines that begin with # belong to the reply behind them. `distinct` counts how often what follows
 * the first word of a line, of one with # where there are any, differed from the one before. Prints one line of JSON.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void fail(const char *what, const char *line, size_t n) {
  fprintf(stderr, "%s: %.*s\n", what, (int)(n < 200 ? n : 200), line);
  exit(1);
}

static void send_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    ssize_t sent = send(fd, bytes, n, 0);
    if (sent <= 0) fail("send failed", "", 0);
    bytes += sent;
    n -= sent;
  }
}

/* What MONITOR and KATCP devices say to whoever connects. */
static int is_greeting(const char *line) {
  return strncmp(line, "id name=", 8) == 0 || strncmp(line, "get_id", 6) == 0 || strncmp(line, "#version", 8) == 0;
}

int main(int argc, char **argv) {
  if (argc != 6) fail("usage: client PORT WINDOW SECONDS PREFIX REQUEST", "", 0);
  const int window = atoi(argv[2]);
  const double seconds = atof(argv[3]);
  const char *prefix = argv[4], *request = argv[5];
  const int numbered = strstr(prefix, "%d") != NULL;

  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) fail("cannot connect", "", 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);

  static char in[1 << 20], out[1 << 18], last[1 << 16], expected[256];
  const size_t most = 1 << 22;
  double *latency = malloc(most * sizeof *latency);
  size_t have = 0, latencies = 0, last_n = 0, prefix_n = strlen(prefix);
  long asked = 0, answered = 0, distinct = 0;
  double sum_bytes = 0, start = now(), sent_at = start, end = start + seconds, t = start;
  int stopping = 0, told = 0;

  for (;;) {
    if (!stopping && asked - answered <= window / 2) {
      size_t n = 0;
      while (asked - answered < window && n < sizeof out - 256) {
        n += snprintf(out + n, 255, request, (int)asked++);
        out[n++] = '\n';
      }
      sent_at = now();
      send_all(fd, out, n);
    }
    ssize_t got = recv(fd, in + have, sizeof in - have, 0);
    if (got <= 0) fail("the server closed", "", 0);
    have += got;
    char *line = in, *newline;
    while ((newline = memchr(line, '\n', in + have - line)) != NULL) {
      size_t n = newline - line;
      if (answered == 0 && is_greeting(line)) {
        line = newline + 1;
        continue;
      }
      const int informs = *line == '#';
      told |= informs;
      const char *tail = memchr(line, ' ', n);
      size_t tail_n = tail ? newline - tail : 0;
      if (informs == told && tail_n < sizeof last && (tail_n != last_n || memcmp(tail, last, tail_n) != 0)) {
        distinct++;
        memcpy(last, tail, tail_n);
        last_n = tail_n;
      }
      sum_bytes += n + 1;
      if (informs) {
        line = newline + 1;
        continue;
      }
      if (numbered) prefix_n = snprintf(expected, sizeof expected, prefix, (int)answered);
      if (n < prefix_n || memcmp(line, numbered ? expected : prefix, prefix_n) != 0) fail("unexpected reply", line, n);
      answered++;
      line = newline + 1;
    }
    have -= line - in;
    memmove(in, line, have);
    t = now();
    if (window == 1 && latencies < most) latency[latencies++] = t - sent_at;
    if (t > end) stopping = 1;
    if (stopping && answered == asked) break;
  }
  qsort(latency, latencies, sizeof *latency, by_value);
  printf("{\"requests\":%ld,\"rate\":%.0f,\"p50\":%.2f,\"p99\":%.2f,\"bytes\":%.0f,\"distinct\":%ld}\n", answered,
         answered / (t - start), latencies ? latency[latencies / 2] * 1e6 : 0, latencies ? latency[latencies * 99 / 100] * 1e6 : 0,
         sum_bytes / answered, distinct);
  return 0;
}
