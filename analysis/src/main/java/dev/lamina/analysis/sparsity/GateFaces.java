package dev.lamina.analysis.sparsity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.hipparchus.util.CombinatoricsUtils;

/**
 * The ways in which a relu neuron without bias can act on samples x_1 … x_N in r dimensions that
 * they span: faces of the arrangement of the hyperplanes w·x_i = 0, each with the samples at 0 and
 * those that pass. On a face the neuron is linear in w, so |Λ relu(w X)|² is a quadratic form
 * there, and its maximum over unit w is the largest eigenvalue on the span of one of the faces.
 *
 * <p>Hyperplanes of samples on a line through 0 are one. Each face has in its closure a ray on
 * which r − 1 independent hyperplanes meet, so all faces are found by moving away from these rays
 * in every combination of sides; combinations that do not exist are among them and do no harm,
 * because whatever direction they give is priced as what it is.
 */
final class GateFaces {
  private static final double ZERO = 1e-10;

  /** Most faces that are listed: one pricing takes about a second for these. */
  static final int MOST = 100_000;

  /**
   * One face.
   *
   * @param basis orthonormal rows that span it, m×r
   * @param passing samples that pass
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Face(double[][] basis, int[] passing) {}

  private final double[][] x;
  private final int dimensions;

  /** Unit vectors of the distinct lines, and the side on which each sample lies on its line. */
  private final List<double[]> lines = new ArrayList<>();

  private final int[] lineOf;
  private final int[] side;
  private final Map<String, double[][]> bases = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<Face> faces = new ArrayList<>();

  private GateFaces(double[][] x) {
    this.x = x;
    dimensions = x.length;
    lineOf = new int[x[0].length];
    side = new int[x[0].length];
    for (int i = 0; i < lineOf.length; i++) {
      place(i);
    }
  }

  /**
   * Lists all faces.
   *
   * @param x r×N of rank r
   * @return nothing if there are more than {@link #MOST}
   */
  static Optional<List<Face>> of(double[][] x) {
    GateFaces gates = new GateFaces(x);
    int lines = gates.lines.size();
    double rays = Math.exp(CombinatoricsUtils.binomialCoefficientLog(lines, gates.dimensions - 1));
    if (2 * rays * Math.pow(2, gates.dimensions - 1) > MOST || !gates.enumerate()) {
      return Optional.empty();
    }
    return Optional.of(List.copyOf(gates.faces));
  }

  /** Returns the face on which a direction lies. */
  static Face at(double[][] x, double[] w, double tolerance) {
    GateFaces gates = new GateFaces(x);
    byte[] pattern = new byte[gates.lines.size()];
    for (int l = 0; l < pattern.length; l++) {
      double product = GroupLasso.dot(w, gates.lines.get(l));
      pattern[l] = (byte) (Math.abs(product) <= tolerance ? 0 : Math.signum(product));
    }
    return new Face(gates.basis(pattern), gates.passing(pattern));
  }

  private void place(int sample) {
    double[] column = column(x, sample);
    double length = GroupLasso.norm(column);
    if (length == 0) {
      lineOf[sample] = -1;
      return;
    }
    double[] unit = Arrays.stream(column).map(v -> v / length).toArray();
    for (int l = 0; l < lines.size(); l++) {
      double cosine = GroupLasso.dot(lines.get(l), unit);
      double sign = Math.signum(cosine);
      double distance = 0;
      for (int i = 0; i < unit.length; i++) {
        distance = Math.max(distance, Math.abs(unit[i] - sign * lines.get(l)[i]));
      }
      if (distance < ZERO) {
        lineOf[sample] = l;
        side[sample] = (int) sign;
        return;
      }
    }
    lines.add(unit);
    lineOf[sample] = lines.size() - 1;
    side[sample] = 1;
  }

  static double[] column(double[][] m, int j) {
    return Arrays.stream(m).mapToDouble(row -> row[j]).toArray();
  }

  private boolean enumerate() {
    int[] subset = new int[dimensions - 1];
    return choose(subset, 0, 0);
  }

  private boolean choose(int[] subset, int chosen, int from) {
    if (chosen == subset.length) {
      return around(subset);
    }
    for (int l = from; l < lines.size(); l++) {
      subset[chosen] = l;
      if (!choose(subset, chosen + 1, l + 1)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the faces around both rays on which some hyperplanes meet, if it is a ray. */
  private boolean around(int[] subset) {
    double[][] normals = Arrays.stream(subset).mapToObj(lines::get).toArray(double[][]::new);
    double[][] rays = complement(normals, dimensions);
    if (rays.length != 1) {
      return true;
    }
    for (int sign = -1; sign <= 1; sign += 2) {
      byte[] pattern = new byte[lines.size()];
      List<Integer> zeros = new ArrayList<>();
      for (int l = 0; l < pattern.length; l++) {
        double product = sign * GroupLasso.dot(rays[0], lines.get(l));
        if (Math.abs(product) > ZERO) {
          pattern[l] = (byte) Math.signum(product);
        } else {
          zeros.add(l);
        }
      }
      if (!sides(pattern, zeros, 0)) {
        return false;
      }
    }
    return true;
  }

  private boolean sides(byte[] pattern, List<Integer> zeros, int next) {
    if (next == zeros.size()) {
      return add(pattern);
    }
    for (byte sign = -1; sign <= 1; sign++) {
      pattern[zeros.get(next)] = sign;
      if (!sides(pattern, zeros, next + 1)) {
        return false;
      }
    }
    pattern[zeros.get(next)] = 0;
    return true;
  }

  private boolean add(byte[] pattern) {
    if (seen.add(key(pattern, false))) {
      int[] passing = passing(pattern);
      if (passing.length > 0) {
        faces.add(new Face(basis(pattern), passing));
      }
    }
    return faces.size() <= MOST;
  }

  private int[] passing(byte[] pattern) {
    return IntStream.range(0, lineOf.length)
        .filter(i -> lineOf[i] >= 0 && pattern[lineOf[i]] * side[i] > 0)
        .toArray();
  }

  private static String key(byte[] pattern, boolean zerosOnly) {
    char[] key = new char[pattern.length];
    for (int i = 0; i < key.length; i++) {
      key[i] = (char) ('1' + (zerosOnly ? Math.abs(pattern[i]) : pattern[i]));
    }
    return new String(key);
  }

  private double[][] basis(byte[] pattern) {
    return bases.computeIfAbsent(
        key(pattern, true),
        key -> {
          double[][] normals =
              IntStream.range(0, pattern.length)
                  .filter(l -> pattern[l] == 0)
                  .mapToObj(lines::get)
                  .toArray(double[][]::new);
          return complement(normals, dimensions);
        });
  }

  /** Returns an orthonormal basis of what is orthogonal to some vectors. */
  static double[][] complement(double[][] normals, int dimensions) {
    // Padded with zero rows, so that all right singular vectors are there.
    double[][] padded = new double[Math.max(normals.length, dimensions)][dimensions];
    for (int i = 0; i < normals.length; i++) {
      padded[i] = normals[i];
    }
    SingularValueDecomposition svd =
        new SingularValueDecomposition(new Array2DRowRealMatrix(padded, false));
    double[] s = svd.getSingularValues();
    int rank = (int) Arrays.stream(s).filter(v -> v > ZERO).count();
    double[][] basis = new double[dimensions - rank][];
    for (int i = rank; i < dimensions; i++) {
      basis[i - rank] = svd.getV().getColumn(i);
    }
    return basis;
  }
}
