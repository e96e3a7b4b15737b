/*
 * Two virtual Bluetooth controllers (BR/EDR) that hear each other, and carry SCO: Debian's btvirt has no buffers for sound, and
 * tells only one end of a synchronous connection.
 *
 *   sco_air     prints "INDEX ADDRESS" of each, and runs until it is killed
 *
 * It answers what the kernel needs to start a controller, to connect and to disconnect; to any other command it says "success".
 *
 * Build: cc -static -O2 -o sco_air sco_air.c
 */
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COMMAND = 1, ACL = 2, SCO = 3, EVENT = 4, VENDOR = 0xff };
enum { ACL_LINK = 1, ESCO_LINK = 2, ACL_HANDLE = 42, SCO_HANDLE = 257 };

struct controller {
  int fd;
  uint8_t address[6]; /* the last byte of the text first */
} controllers[2];

static void event(struct controller *to, uint8_t code, const void *parameters, uint8_t length) {
  uint8_t packet[3 + 255] = { EVENT, code, length };
  memcpy(packet + 3, parameters, length);
  if (write(to->fd, packet, 3 + length) < 0) perror("write");
}

static void command_status(struct controller *to, uint16_t opcode) {
  uint8_t status[4] = { 0, 1, opcode & 0xff, opcode >> 8 };
  event(to, 0x0f, status, sizeof status);
}

/* Return parameters are zeros behind `length`, as many as the longest has: the kernel reads no more than it knows. */
static void command_complete(struct controller *to, uint16_t opcode, const void *parameters, uint8_t length) {
  uint8_t complete[3 + 249] = { 1, opcode & 0xff, opcode >> 8, 0 };
  memcpy(complete + 4, parameters, length);
  event(to, 0x0e, complete, sizeof complete);
}

static void connection_request(struct controller *to, struct controller *from, uint8_t link) {
  uint8_t request[10] = { 0 };
  memcpy(request, from->address, 6);
  request[9] = link;
  event(to, 0x04, request, sizeof request);
}

static void connection_complete(struct controller *to, struct controller *other, uint8_t status) {
  uint8_t complete[11] = { status, ACL_HANDLE, 0 };
  memcpy(complete + 3, other->address, 6);
  complete[9] = ACL_LINK;
  event(to, 0x03, complete, sizeof complete);
}

static void synchronous_complete(struct controller *to, struct controller *other, uint8_t status) {
  uint8_t complete[17] = { status, SCO_HANDLE & 0xff, SCO_HANDLE >> 8 };
  memcpy(complete + 3, other->address, 6);
  complete[9] = ESCO_LINK;
  complete[10] = 12; /* the interval in slots */
  complete[12] = complete[14] = 60; /* bytes of a packet on the air */
  complete[16] = 2; /* CVSD */
  event(to, 0x2c, complete, sizeof complete);
}

static void disconnected(struct controller *to, const uint8_t *handle, uint8_t reason) {
  uint8_t complete[4] = { 0, handle[0], handle[1], reason };
  event(to, 0x05, complete, sizeof complete);
}

static void command(struct controller *self, struct controller *other, const uint8_t *packet) {
  uint16_t opcode = packet[1] | packet[2] << 8;
  const uint8_t *parameters = packet + 4;
  uint8_t features[8] = { 0, 0x08, 0, 0x80 }; /* SCO, extended SCO */
  uint8_t buffers[7] = { 192, 0, 60, 8, 0, 8, 0 }; /* of ACL 8 of 192 bytes, of SCO 8 of 60 */
  uint8_t version[1] = { 2 }; /* 1.2: the first that tells its commands */
  uint8_t commands[10] = { [9] = 0x04 }; /* Read Voice Setting: without it the kernel refuses SCO */
  uint8_t remote[11] = { 0, ACL_HANDLE, 0 };
  switch (opcode) {
    case 0x0405: /* Create Connection */
      command_status(self, opcode);
      if (memcmp(parameters, other->address, 6) == 0) connection_request(other, self, ACL_LINK);
      else connection_complete(self, other, 0x04); /* page timeout */
      return;
    case 0x0406: /* Disconnect */
      command_status(self, opcode);
      disconnected(self, parameters, 0x16);
      disconnected(other, parameters, 0x13);
      return;
    case 0x0409: /* Accept Connection Request */
      command_status(self, opcode);
      connection_complete(self, other, 0);
      connection_complete(other, self, 0);
      return;
    case 0x041b: /* Read Remote Supported Features */
      command_status(self, opcode);
      memcpy(remote + 3, features, sizeof features);
      event(self, 0x0b, remote, sizeof remote);
      return;
    case 0x0428: /* Setup Synchronous Connection */
      command_status(self, opcode);
      connection_request(other, self, ESCO_LINK);
      return;
    case 0x0429: /* Accept Synchronous Connection Request */
      command_status(self, opcode);
      synchronous_complete(self, other, 0);
      synchronous_complete(other, self, 0);
      return;
    case 0x040a: /* Reject Connection Request */
    case 0x042a: /* Reject Synchronous Connection Request */
      command_status(self, opcode);
      synchronous_complete(self, other, parameters[6]);
      synchronous_complete(other, self, parameters[6]);
      return;
    case 0x1001: /* Read Local Version Information */
      command_complete(self, opcode, version, sizeof version);
      return;
    case 0x1002: /* Read Local Supported Commands */
      command_complete(self, opcode, commands, sizeof commands);
      return;
    case 0x1003: /* Read Local Supported Features */
      command_complete(self, opcode, features, sizeof features);
      return;
    case 0x1005: /* Read Buffer Size */
      command_complete(self, opcode, buffers, sizeof buffers);
      return;
    case 0x1009: /* Read BD_ADDR */
      command_complete(self, opcode, self->address, 6);
      return;
    default:
      command_complete(self, opcode, "", 0);
  }
}

/* Hands data to the other end, and its buffer back. */
static void data(struct controller *self, struct controller *other, uint8_t *packet, ssize_t length) {
  uint8_t completed[5] = { 1, packet[1], packet[2] & 0x0f, 1, 0 };
  if (packet[0] == ACL && (packet[2] & 0x30) == 0) packet[2] |= 0x20; /* a first fragment, as it arrives */
  if (write(other->fd, packet, length) < 0) perror("write");
  event(self, 0x13, completed, sizeof completed);
}

int main(void) {
  uint8_t packet[2048];
  struct pollfd polled[2];
  for (int i = 0; i < 2; i++) {
    uint8_t address[6] = { i, 0x01, 0xaa, 0x5c, 0x00, 0x00 };
    memcpy(controllers[i].address, address, 6);
    controllers[i].fd = open("/dev/vhci", O_RDWR);
    if (controllers[i].fd < 0 || write(controllers[i].fd, (uint8_t[]){ VENDOR, 0 }, 2) < 0) return perror("/dev/vhci"), 1;
    polled[i] = (struct pollfd){ controllers[i].fd, POLLIN, 0 };
  }
  for (;;) {
    if (poll(polled, 2, -1) < 0) return perror("poll"), 1;
    for (int i = 0; i < 2; i++) {
      if (polled[i].revents == 0) continue;
      struct controller *self = &controllers[i], *other = &controllers[!i];
      ssize_t length = read(self->fd, packet, sizeof packet);
      if (length <= 0) return perror("read"), 1;
      if (packet[0] == COMMAND) command(self, other, packet);
      else if (packet[0] == ACL || packet[0] == SCO) data(self, other, packet, length);
      else if (packet[0] == VENDOR) {
        printf("%d 00:00:5C:AA:01:%02X\n", packet[2] | packet[3] << 8, i);
        fflush(stdout);
      }
    }
  }
}
