// The kernel's own price of a UDP answer: recvmmsg, set the QR bit, sendmmsg. Same socket options and the same
// batch as src/server/udp-loop.ts, so that the difference is what JavaScript costs.
// cc -O2 -o echo bench/echo.c && ./echo 5399
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { BATCH = 64, SLOT = 4096 };

static char data[BATCH][SLOT];
static struct sockaddr_in names[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr headers[BATCH];

static void set(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

int main(int argc, char **argv) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct timeval wait = {.tv_sec = 0, .tv_usec = 100000};
  set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  set(fd, SOL_SOCKET, SO_RCVBUF, 4 << 20);
  set(fd, SOL_SOCKET, SO_SNDBUF, 1 << 20);
  set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 5399)};
  self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&self, sizeof self) < 0) {
    perror("bind");
    return 1;
  }
  for (int i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){data[i], SLOT};
    headers[i].msg_hdr = (struct msghdr){
        .msg_name = &names[i], .msg_namelen = sizeof names[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  puts("ready");
  fflush(stdout);
  for (;;) {
    for (int i = 0; i < BATCH; i++) vectors[i].iov_len = SLOT;
    int received = recvmmsg(fd, headers, BATCH, MSG_WAITFORONE, NULL);
    if (received < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      perror("recvmmsg");
      return 1;
    }
    for (int i = 0; i < received; i++) {
      if (headers[i].msg_len > 2) data[i][2] |= (char)0x80;
      vectors[i].iov_len = headers[i].msg_len;
    }
    for (int done = 0; done < received;) {
      int sent = sendmmsg(fd, headers + done, received - done, 0);
      done += sent > 0 ? sent : 1;
    }
  }
}
