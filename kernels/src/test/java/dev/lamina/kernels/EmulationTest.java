package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the emulation must find in device functions that are wrong, and must not in correct ones.
 */
final class EmulationTest {
  private static final int THREADS = 64;
  private static final long[] ONE_BLOCK = {1, 1, 1};

  private static EmulatedDevice open(long memory, long seed) {
    Path library = Path.of("target", "device", "test-emulation.so").toAbsolutePath();
    assumeTrue(Files.exists(library), "built without g++");
    return new EmulatedDevice(library, memory, seed, 2);
  }

  private static void launch(EmulatedDevice device, String function, Object... arguments) {
    device.launch(function, ONE_BLOCK, THREADS, arguments);
  }

  @Test
  void newMemoryIsNaN() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long address = device.allocate(100);
      assertThat(address % 256).isZero();
      assertThat(device.doubles(address, 12)).containsOnly(Double.NaN);
      assertThat(device.floats(address, 25)).containsOnly(Float.NaN);
    }
  }

  @Test
  void memoryIsCountedAndRunsOut() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long first = device.allocate(1 << 19);
      assertThat(device.freeMemory()).isEqualTo(1 << 19);
      assertThat(device.allocate((1 << 19) + 1)).isZero();
      long second = device.allocate(1 << 19);
      assertThat(second).isNotZero();
      assertThat(device.allocate(1)).isZero();
      device.free(first);
      assertThat(device.freeMemory()).isEqualTo(1 << 19);
      assertThat(device.allocate(1 << 19)).isNotZero();
      assertThatThrownBy(() -> device.free(first + 256))
          .hasMessageContaining("free: no allocation at");
    }
  }

  @Test
  void copiesStayInTheirAllocation() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long address = device.upload(new long[] {1, 2, 3});
      long other = device.allocate(64);
      assertThat(device.longs(address, 3)).containsExactly(1, 2, 3);
      assertThatThrownBy(() -> device.copy(other, address, 25))
          .hasMessageContaining("copy: 25 bytes")
          .hasMessageContaining("leave the allocation");
      assertThatThrownBy(() -> device.copy(address - 8, other, 8))
          .hasMessageContaining("leave the allocation");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 10, 11, 31, 1000})
  void readsOutOfBoundsAreFound(long index) {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long data = device.upload(new long[10]);
      long out = device.allocate(8);
      assertThatThrownBy(() -> launch(device, "read_at", data, index, out))
          .isInstanceOf(EmulatedDevice.Failure.class)
          .hasMessageContaining("read_at: block (0, 0, 0), thread (5, 0, 0): reads 8 bytes");
    }
  }

  @Test
  void theByteAfterTheLastIsFound() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long data = device.allocate(13);
      long out = device.allocate(8);
      launch(device, "read_byte_at", data, 12L, out);
      assertThat(device.longs(out, 1)).containsExactly(-1);
      assertThatThrownBy(() -> launch(device, "read_byte_at", data, 13L, out))
          .hasMessageContaining("13 bytes after the start of an allocation of 13");
    }
  }

  @Test
  void hostMemoryIsNotDeviceMemory() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long out = device.allocate(8);
      assertThatThrownBy(() -> launch(device, "read_at", 4096L, 0L, out))
          .hasMessageContaining("reads 8 bytes at 0x1000, which is no device memory");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 10})
  void writesOutOfBoundsAreFoundAndNotDone(long index) {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long before = device.upload(new long[] {1, 2});
      long data = device.upload(new long[10]);
      assertThatThrownBy(() -> launch(device, "write_at", data, index))
          .hasMessageContaining("write_at: block (0, 0, 0), thread (5, 0, 0): writes 8 bytes");
      assertThat(device.longs(before, 2)).containsExactly(1, 2);
      launch(device, "write_at", data, 9L);
      assertThat(device.longs(data, 10)[9]).isEqualTo(7);
    }
  }

  @Test
  void accessesToFreedMemoryAreFound() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long data = device.upload(new long[10]);
      long out = device.allocate(8);
      device.free(data);
      assertThatThrownBy(() -> launch(device, "read_at", data, 0L, out))
          .hasMessageContaining("reads 8 bytes out of bounds");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 64, 70})
  void sharedMemoryIsGuarded(long index) {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long out = device.allocate(8);
      launch(device, "write_shared_at", 63L, out);
      assertThatThrownBy(() -> launch(device, "write_shared_at", index, out))
          .hasMessageContaining("writes 8 bytes outside its shared memory");
    }
  }

  @Test
  void aMissingBarrierChangesTheResult() {
    long[] want = LongStream.range(0, THREADS).map(i -> THREADS - 1 - i).toArray();
    int wrong = 0;
    for (int seed = 0; seed < 20; seed++) {
      try (EmulatedDevice device = open(1 << 20, seed)) {
        long out = device.allocate(8 * THREADS);
        launch(device, "reverse_with_barrier", out);
        assertThat(device.longs(out, THREADS)).containsExactly(want);
        launch(device, "reverse_without_barrier", out);
        wrong += Arrays.equals(device.longs(out, THREADS), want) ? 0 : 1;
      }
    }
    assertThat(wrong).isEqualTo(20);
  }

  @Test
  void barriersThatSomeThreadsMissAreReported() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long out = device.allocate(8 * THREADS);
      assertThatThrownBy(() -> launch(device, "barrier_for_half", out))
          .hasMessageContaining("only 32 of 64 threads reach; 32 have ended");
      assertThatThrownBy(() -> launch(device, "different_barriers", out))
          .hasMessageContaining("while thread")
          .hasMessageContaining("waits at broken.cu:");
      assertThatThrownBy(() -> launch(device, "shuffle_for_half", out))
          .hasMessageContaining("waits for its warp at broken.cu:");
      launch(device, "reverse_with_barrier", out);
    }
  }

  @Test
  void asynchronousCopiesArriveWhenTheyAreWaitedFor() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long in = device.upload(LongStream.range(0, THREADS).toArray());
      long out = device.allocate(8 * THREADS);
      launch(device, "copy_with_wait", in, out);
      assertThat(device.longs(out, THREADS))
          .containsExactly(LongStream.range(0, THREADS).map(i -> i ^ 1).toArray());
      launch(device, "copy_without_wait", in, out);
      assertThat(device.longs(out, THREADS)).contains(-1);
    }
  }

  @Test
  void warpsVoteShuffleAndAdd() {
    long votes = 0;
    for (int lane = 0; lane < 32; lane += 3) {
      votes |= 1L << lane;
    }
    for (int seed = 0; seed < 4; seed++) {
      try (EmulatedDevice device = open(1 << 20, seed)) {
        long out = device.allocate(8 * 5 * THREADS);
        launch(device, "warp_operations", out);
        long[] got = device.longs(out, 5 * THREADS);
        for (int i = 0; i < THREADS; i++) {
          int warp = i / 32 * 32;
          assertThat(Arrays.copyOfRange(got, 5 * i, 5 * i + 5))
              .containsExactly(
                  votes, 1, warp + 7, i % 32 < 28 ? i + 4 : i, 32L * warp + 31 * 32 / 2);
        }
      }
    }
  }

  @Test
  void everyThreadOfEveryBlockRunsOnce() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      long count = device.upload(new long[1]);
      device.launch("count_threads", new long[] {7, 3, 2}, 50, count);
      assertThat(device.longs(count, 1)).containsExactly(7 * 3 * 2 * 50);
    }
  }

  @Test
  void launchesThatNoDeviceTakesAreRefused() {
    try (EmulatedDevice device = open(1 << 20, 1)) {
      assertThatThrownBy(() -> launch(device, "no_such_function"))
          .hasMessage("no_such_function: there is no such device function");
      assertThatThrownBy(() -> device.launch("count_threads", ONE_BLOCK, 1025, 0L))
          .hasMessageContaining("no device launches 1 blocks of 1025 threads");
      assertThatThrownBy(() -> device.launch("count_threads", new long[] {1, 65_536, 1}, 32, 0L))
          .hasMessageContaining("no device launches");
    }
  }
}
