package dev.lamina.kernels;

import java.util.ArrayList;
import java.util.List;

/** Collects a program in the encoding of src/program.cuh. */
final class TestProgram {
  private final List<Long> words = new ArrayList<>();
  private final boolean uniform;
  private final int outputs;

  TestProgram(boolean uniform, int outputs) {
    this.uniform = uniform;
    this.outputs = outputs;
  }

  TestProgram add(int operation, int target, int source, int second, int slot, int number) {
    return add(operation, target, source, second, slot, number, new double[0]);
  }

  TestProgram add(
      int operation, int target, int source, int second, int slot, int number, double... c) {
    words.add(
        operation
            | ((long) target << 8)
            | ((long) source << 16)
            | ((long) second << 24)
            | ((long) slot << 32));
    words.add((long) number);
    for (int i = 0; i < 8; i++) {
      words.add(Double.doubleToRawLongBits(i < c.length ? c[i] : 0));
    }
    return this;
  }

  long[] encoded(double near) {
    long[] all = new long[10 + words.size()];
    all[0] = words.size() / 10;
    all[1] = uniform ? 1 : 0;
    all[2] = 32;
    all[3] = outputs;
    all[4] = Double.doubleToRawLongBits(near);
    all[5] = Double.doubleToRawLongBits(0.05);
    for (int i = 0; i < words.size(); i++) {
      all[10 + i] = words.get(i);
    }
    return all;
  }
}
