package dev.lamina.analysis.data;

import java.nio.file.Path;
import java.util.Optional;

/** Where samples come from. */
public sealed interface DataSource {

  /** {@return what users call it} */
  String name();

  /** {@return how it is split into training and test samples unless something else is asked for} */
  SplitPlan defaultSplit();

  /** Fisher's 150 irises, corrected version: 4 features, 3 classes. Bundled. */
  record Iris() implements DataSource {
    @Override
    public String name() {
      return "iris";
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.shuffled(0.8); // The file is sorted by class.
    }
  }

  /** 1797 handwritten digits of 8×8 pixels with values 0 to 16. Bundled. */
  record Digits() implements DataSource {
    @Override
    public String name() {
      return "digits";
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.inFileOrder(1400);
    }
  }

  /**
   * A set of the catalogue, read from the cache folder.
   *
   * @param set the set
   */
  record Cached(CataloguedSet set) implements DataSource {
    @Override
    public String name() {
      return set.name();
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.ALL_IN_FILE_ORDER;
    }
  }

  /**
   * The user's own NumPy arrays.
   *
   * @param x N×d, or N images
   * @param y N labels or N×k numbers
   * @param testX samples for testing, if kept apart; present if testY is
   * @param testY their labels or numbers
   * @param kind what y is; AUTO: classes if its type is an integer one
   * @param classes number of classes; empty: the largest label plus one
   * @param image how a row is an image; empty: from the shape of x if that has three axes
   */
  record NpyPair(
      Path x,
      Path y,
      Optional<Path> testX,
      Optional<Path> testY,
      ResponseKind kind,
      Optional<Integer> classes,
      Optional<ImageShape> image)
      implements DataSource {

    /** Checks that there are two test files or none. */
    public NpyPair {
      if (testX.isPresent() != testY.isPresent()) {
        throw new DataException("test-x and test-y must be given together");
      }
    }

    @Override
    public String name() {
      return String.valueOf(x.getFileName());
    }

    @Override
    public SplitPlan defaultSplit() {
      return testX.isPresent() ? SplitPlan.ALL_IN_FILE_ORDER : SplitPlan.shuffled(0.8);
    }
  }

  /**
   * The user's own table.
   *
   * @param file the table
   * @param testFile a table of the same columns with the samples for testing, if kept apart
   * @param options how both are read
   */
  record Csv(Path file, Optional<Path> testFile, CsvOptions options) implements DataSource {
    @Override
    public String name() {
      return String.valueOf(file.getFileName());
    }

    @Override
    public SplitPlan defaultSplit() {
      return testFile.isPresent() ? SplitPlan.ALL_IN_FILE_ORDER : SplitPlan.shuffled(0.8);
    }
  }

  /**
   * A folder with files named as MNIST's: {@code train-images-idx3-ubyte}, {@code
   * train-labels-idx1-ubyte} and, if there is a test part, {@code t10k-…}; each may end in {@code
   * .gz}.
   *
   * @param folder the folder
   */
  record IdxFolder(Path folder) implements DataSource {
    @Override
    public String name() {
      return String.valueOf(folder.getFileName());
    }

    @Override
    public SplitPlan defaultSplit() {
      return IdxData.hasTestPart(folder) ? SplitPlan.ALL_IN_FILE_ORDER : SplitPlan.inFileOrder(0.8);
    }
  }

  /**
   * Gaussian clouds: the centre of each class is a random direction times {@code separation}, each
   * sample its centre plus standard normal noise.
   *
   * @param rows number of samples, ≥ 1
   * @param features number of features, ≥ 1
   * @param classes number of classes, 1 … rows; sample i has class i mod classes
   * @param separation distance of the centres from the origin, ≥ 0
   * @param seed of the random numbers; empty: the study's
   */
  record Clusters(int rows, int features, int classes, double separation, Optional<Long> seed)
      implements DataSource {

    /** Checks the numbers. */
    public Clusters {
      if (rows < 1 || features < 1 || classes < 1 || classes > rows) {
        throw new DataException(
            "clusters: needs rows ≥ 1, features ≥ 1 and 1 ≤ classes ≤ rows but has rows %d, features %d, classes %d"
                .formatted(rows, features, classes));
      }
      if (!(separation >= 0 && Double.isFinite(separation))) {
        throw new DataException("clusters: separation must be ≥ 0 and finite but is " + separation);
      }
    }

    @Override
    public String name() {
      return "clusters";
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.inFileOrder(0.8);
    }
  }

  /**
   * Points spread evenly over the unit sphere; the class says on which side of a random plane
   * through the origin a point lies.
   *
   * @param rows number of samples, ≥ 1
   * @param features dimension of the space around the sphere, ≥ 1
   * @param seed of the random numbers; empty: the study's
   */
  record Sphere(int rows, int features, Optional<Long> seed) implements DataSource {

    /** Checks the numbers. */
    public Sphere {
      if (rows < 1 || features < 1) {
        throw new DataException(
            "sphere: needs rows ≥ 1 and features ≥ 1 but has rows %d, features %d"
                .formatted(rows, features));
      }
    }

    @Override
    public String name() {
      return "sphere";
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.inFileOrder(0.8);
    }
  }

  /**
   * Standard normal points whose class says whether their first two features have one sign: x₁x₂ ≥
   * 0. The other features say nothing, and neither do the first two one at a time.
   *
   * @param rows number of samples, ≥ 1
   * @param features number of features, ≥ 2
   * @param seed of the random numbers; empty: the study's
   */
  record Xor(int rows, int features, Optional<Long> seed) implements DataSource {

    /** Checks the numbers. */
    public Xor {
      if (rows < 1 || features < 2) {
        throw new DataException(
            "xor: needs rows ≥ 1 and features ≥ 2 but has rows %d, features %d"
                .formatted(rows, features));
      }
    }

    @Override
    public String name() {
      return "xor";
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.inFileOrder(0.8);
    }
  }

  /**
   * A function of one number at equally spaced points, both ends of the interval among them. The
   * points in the middle between neighbours are the test samples.
   *
   * @param function the function
   * @param rows number of training samples, ≥ 2; there is one test sample less
   * @param from where the interval begins
   * @param to where it ends, above {@code from}
   */
  record Curve(TargetFunction function, int rows, double from, double to) implements DataSource {

    /** Checks the numbers. */
    public Curve {
      if (rows < 2 || !(from < to) || !Double.isFinite(to - from)) {
        throw new DataException(
            "curve: needs rows ≥ 2 and from < to, both finite, but has rows %d, from %s, to %s"
                .formatted(rows, from, to));
      }
    }

    @Override
    public String name() {
      return function.text();
    }

    @Override
    public SplitPlan defaultSplit() {
      return SplitPlan.ALL_IN_FILE_ORDER;
    }
  }
}
