package dev.lamina.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the operations and bytes of a figure of small sizes one by one, from what {@link Figure}
 * says of them: by loops that go as the methods of the school book do, and add one for each
 * operation.
 */
final class HandCounts {
  private static final Pattern STEPS = Pattern.compile("^(\\d+) steps to");

  private final Figure figure;
  private final Map<String, Long> sizes;
  private long operations;

  /** Numbers that go in and come out. */
  private long numbers;

  private HandCounts(Figure figure) {
    this.figure = figure;
    this.sizes = figure.sizes();
  }

  /**
   * What was counted.
   *
   * @param operations empty where there is no product, factor or solution
   * @param bytes empty for entries of kernels, of which no bytes are stated
   */
  record Counted(OptionalDouble operations, OptionalDouble bytes) {}

  static Counted of(Figure figure) {
    if (figure.work().startsWith(EntryCosts.ENTRIES)) {
      return new Counted(OptionalDouble.empty(), OptionalDouble.empty());
    }
    HandCounts counts = new HandCounts(figure);
    counts.count();
    int width = figure.dtype().equals("float32") ? 4 : 8;
    return new Counted(
        counts.operations == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((double) counts.operations),
        OptionalDouble.of((double) width * counts.numbers));
  }

  private long size(String letter) {
    return sizes.get(letter);
  }

  private void count() {
    switch (figure.suite()) {
      case "ceilings" -> ceiling();
      case "gram", "kernel", "depth-sweep" -> kernels();
      case "multiply" -> multiply();
      case "solve" -> solve();
      case "layer-step" -> layerStep();
      case "alignment" -> alignment();
      case "dgl" -> dgl();
      case "transfer" -> transfer();
      default -> throw new AssertionError(figure.suite());
    }
  }

  private void ceiling() {
    if (figure.work().startsWith("square product")) {
      product(size("N"), size("N"), size("N"));
      numbers += 2 * size("N") * size("N");
    } else {
      copy(figure.work().startsWith("copy in the device's memory"));
    }
  }

  private void copy(boolean withinOneMemory) {
    numbers +=
        (withinOneMemory ? 2 : 1) * size("bytes") / (figure.dtype().equals("float32") ? 4 : 8);
  }

  private void kernels() {
    long n = size("N");
    lowerProducts(n, size("d"));
    numbers += n * size("d");
    if (figure.work().startsWith("NNGP and tangent kernel")) {
      numbers += 2 * n * n;
    } else if (figure.work().equals("products of the lower triangle alone")) {
      for (long i = 0; i < n; i++) {
        numbers += i + 1;
      }
    } else {
      numbers += n * n;
    }
  }

  private void multiply() {
    long n = size("N");
    lowerProducts(n, size("d"));
    numbers += n * size("d");
    if (figure.work().startsWith("K v")) {
      product(n, size("vectors"), n);
      numbers += 2 * n * size("vectors");
    } else {
      numbers += n * n;
    }
  }

  private void solve() {
    long n = size("N");
    switch (figure.work()) {
      case "Cholesky factor" -> {
        cholesky(n);
        lowerTriangle(n);
        lowerTriangle(n);
      }
      case "solution from the factor" -> {
        solution(n, size("vectors"));
        lowerTriangle(n);
        numbers += 2 * n * size("vectors");
      }
      default -> {
        Matcher steps = STEPS.matcher(figure.note());
        if (!steps.find()) {
          throw new AssertionError(figure.note());
        }
        for (int step = 0; step < Integer.parseInt(steps.group(1)); step++) {
          lowerProducts(n, size("d"));
          product(n, size("vectors"), n);
          numbers += n * size("d") + 2 * n * size("vectors");
        }
      }
    }
  }

  private void layerStep() {
    long batch = size("batch");
    if (!figure.work().startsWith(LayerStepSuite.STEP)) {
      numbers +=
          batch
              * size("n")
              * switch (figure.work()) {
                case "relu forward", "gelu forward" -> 1 + 1;
                // The copy, then inputs, gradient and gradient.
                case "copy and relu backward", "copy and gelu backward" -> 2 + 3;
                // Gradient; weights and momenta in and out.
                case "step of SGD with momentum" -> 1 + 2 + 2;
                case "step of Adam" -> 1 + 2 + 2 + 2;
                default -> throw new AssertionError(figure.work());
              };
      return;
    }
    List<Long> widths =
        Arrays.stream(figure.work().substring(LayerStepSuite.STEP.length()).split("-", -1))
            .map(Long::valueOf)
            .toList();
    numbers += batch * widths.getFirst() + batch * widths.getLast();
    for (int l = 0; l + 1 < widths.size(); l++) {
      long in = widths.get(l);
      long out = widths.get(l + 1);
      product(batch, out, in);
      product(in, out, batch);
      if (l > 0) {
        product(batch, in, out);
      }
      // Weights and their momenta, biases and theirs, in and out.
      numbers += 2 * (in * out + in * out + out + out);
    }
  }

  private void alignment() {
    long n = size("N");
    for (long layer = 0; layer < size("layers"); layer++) {
      for (long c = 0; c < size("C"); c++) {
        for (long e = 0; e <= c; e++) {
          product(n, n, size("n"));
          // The large product is stored, the blocks are not.
          numbers += figure.work().equals(AlignmentSuite.PRODUCTS) ? n * n : 0;
        }
        numbers += n * size("n");
      }
      numbers += figure.work().equals(AlignmentSuite.NORMS) ? n * n : 0;
    }
  }

  private void dgl() {
    long n = size("N");
    switch (figure.work()) {
      case "one wide layer up" -> numbers += n * n + n * n;
      case "one wide layer back" -> numbers += n * n + n * n + n * n;
      default -> {
        lowerProducts(n, size("n"));
        cholesky(n);
        solution(n, size("C"));
        inverse(n);
        product(n, size("n"), n);
        numbers += n * size("n") + n * size("C") + n * size("n");
      }
    }
  }

  private void transfer() {
    if (sizes.containsKey("bytes")) {
      copy(figure.work().matches("upload|download") && !hasLink());
    } else {
      lowerProducts(16, 16);
      numbers += 16 * 16 + 16 * 16;
    }
  }

  /** Returns whether a device has memory of its own, so that bytes cross once. */
  private boolean hasLink() {
    return figure.ratios().stream().anyMatch(r -> r.to().contains("pinned"));
  }

  private void product(long m, long n, long k) {
    for (long i = 0; i < m; i++) {
      for (long j = 0; j < n; j++) {
        dot(k);
      }
    }
  }

  private void lowerProducts(long n, long d) {
    for (long i = 0; i < n; i++) {
      for (long j = 0; j <= i; j++) {
        dot(d);
      }
    }
  }

  /** A sum that begins with 0. */
  private void dot(long terms) {
    operations += terms + terms;
  }

  private void lowerTriangle(long n) {
    for (long i = 0; i < n; i++) {
      numbers += i + 1;
    }
  }

  private void cholesky(long n) {
    for (long i = 0; i < n; i++) {
      for (long j = 0; j <= i; j++) {
        dot(j); // taken from a_ij
        operations++; // the root, or the division by it
      }
    }
  }

  private void solution(long n, long right) {
    for (long r = 0; r < right; r++) {
      for (long i = 0; i < n; i++) {
        dot(i); // forward
        operations++;
        dot(n - 1 - i); // back
        operations++;
      }
    }
  }

  /** Inverts the factor column by column, then multiplies the inverse by its transpose. */
  private void inverse(long n) {
    for (long j = 0; j < n; j++) {
      operations++;
      for (long i = j + 1; i < n; i++) {
        operations += i - j; // products of l_ik and x_kj
        operations += i - j - 1; // their sum
        operations++; // by the reciprocal of −l_ii
      }
    }
    for (long i = 0; i < n; i++) {
      for (long j = 0; j <= i; j++) {
        operations += n - i; // products of x_ki and x_kj
        operations += n - i - 1; // their sum
      }
    }
  }
}
