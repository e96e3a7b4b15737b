/*
 * An echo server and its client over AF_SMC, with the command line and the output of the well-known csmc:
 *
 *   csmc -s [-a ADDRESS] [-p PORT]     echo one connection, then end
 *   csmc -c -a ADDRESS [-p PORT]       send "Hello, world" and read it back
 *
 * The peer of examples/csmc.ts in the tests. Build: cc -static -O2 -o csmc csmc.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef AF_SMC
#define AF_SMC 43
#endif
#define SMCPROTO_SMC 0
#define SMCPROTO_SMC6 1

#define DEFAULT_PORT 50000
#define BUFFER_SIZE 1024
#define MESSAGE "Hello, world"

static int fail(const char *text) {
  printf("%s: %s\n", text, strerror(errno));
  return 255;
}

/* Fills in the address of either family; returns its length, or 0 if the text is not an address. */
static socklen_t parse_address(const char *text, int port, struct sockaddr_storage *storage) {
  struct sockaddr_in *in = (struct sockaddr_in *)storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
  memset(storage, 0, sizeof *storage);
  if (text == NULL || inet_pton(AF_INET, text, &in->sin_addr) == 1) {
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    return sizeof *in;
  }
  if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    return sizeof *in6;
  }
  return 0;
}

static int open_socket(const struct sockaddr_storage *address) {
  return socket(AF_SMC, SOCK_STREAM, address->ss_family == AF_INET6 ? SMCPROTO_SMC6 : SMCPROTO_SMC);
}

/* A send may take less than it is given, on a blocking socket too. */
static int send_all(int fd, const char *bytes, size_t length) {
  size_t sent = 0;
  while (sent < length) {
    ssize_t count = send(fd, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count < 0) return -1;
    sent += count;
  }
  return 0;
}

static int run_server(const struct sockaddr_storage *address, socklen_t length) {
  char buffer[BUFFER_SIZE];
  int one = 1, listener, conn;
  ssize_t count;

  listener = open_socket(address);
  if (listener < 0) return fail("Error creating socket");
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (const struct sockaddr *)address, length) < 0) return fail("Error binding socket");
  if (listen(listener, 1) < 0) return fail("Error listening on socket");
  conn = accept(listener, NULL, NULL);
  if (conn < 0) return fail("Error accepting connection");
  printf("New client connection\n");
  while ((count = recv(conn, buffer, sizeof buffer, 0)) > 0) {
    printf("Read %zd bytes from client: %.*s\n", count, (int)count, buffer);
    if (send_all(conn, buffer, count) < 0) return fail("Error sending to connection");
    printf("Sent %zd bytes to client: %.*s\n", count, (int)count, buffer);
  }
  if (count < 0) return fail("Error reading from connection");
  close(conn);
  close(listener);
  return 0;
}

static int run_client(const struct sockaddr_storage *address, socklen_t length) {
  char buffer[BUFFER_SIZE];
  const size_t size = strlen(MESSAGE);
  size_t received = 0;
  int conn;

  conn = open_socket(address);
  if (conn < 0) return fail("Error creating socket");
  if (connect(conn, (const struct sockaddr *)address, length) < 0) return fail("Error connecting to server");
  printf("Connected to server\n");
  if (send_all(conn, MESSAGE, size) < 0) return fail("Error sending to connection");
  printf("Sent %zu bytes to server: %s\n", size, MESSAGE);
  while (received < size) {
    ssize_t count = recv(conn, buffer + received, sizeof buffer - received, 0);
    if (count < 0) return fail("Error reading from connection");
    if (count == 0) break;
    received += count;
    printf("Read %zu bytes from server: %.*s\n", received, (int)received, buffer);
  }
  close(conn);
  return 0;
}

int main(int argc, char **argv) {
  struct sockaddr_storage address;
  const char *text = NULL;
  int option, server = 0, client = 0, port = DEFAULT_PORT;
  socklen_t length;

  setvbuf(stdout, NULL, _IOLBF, 0);
  while ((option = getopt(argc, argv, "a:cp:s")) != -1) {
    if (option == 'a') text = optarg;
    else if (option == 'c') client = 1;
    else if (option == 's') server = 1;
    else if (option == 'p') port = atoi(optarg);
  }
  if (port <= 0) port = DEFAULT_PORT;
  if (!server && (!client || text == NULL)) {
    printf("Usage: %s -s|-c -a ADDRESS [-p PORT]\n", argv[0]);
    return 0;
  }
  length = parse_address(text, port, &address);
  if (length == 0) {
    printf("Error parsing server address\n");
    return 255;
  }
  return server ? run_server(&address, length) : run_client(&address, length);
}
