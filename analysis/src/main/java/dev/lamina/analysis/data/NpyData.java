package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.NpyHeader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Data sets that are pairs of the user's NumPy arrays. */
final class NpyData {
  /** More classes than any data set here has; keeps a wild label from becoming a class count. */
  private static final int MOST_CLASSES = 1 << 16;

  private NpyData() {}

  static DataParts load(DataSource.NpyPair pair) {
    boolean classes = areClasses(pair);
    int count = classes ? classCount(pair) : 0;
    DataSet train = set(pair, pair.x(), pair.y(), classes, count);
    return DataParts.of(
        train,
        () -> pair.testX().map(x -> set(pair, x, pair.testY().orElseThrow(), classes, count)));
  }

  private static boolean areClasses(DataSource.NpyPair pair) {
    return switch (pair.kind()) {
      case CLASSES -> true;
      case VALUES -> false;
      case AUTO -> NpyFile.header(pair.y()).type().isInteger();
    };
  }

  private static int classCount(DataSource.NpyPair pair) {
    if (pair.classes().isPresent()) {
      return pair.classes().get();
    }
    int test = pair.testY().map(NpyData::largestLabel).orElse(-1);
    return Math.max(largestLabel(pair.y()), test) + 1;
  }

  private static int largestLabel(Path y) {
    return Arrays.stream(NpyFile.readLabels(y, MOST_CLASSES)).max().orElse(-1);
  }

  private static DataSet set(
      DataSource.NpyPair pair, Path x, Path y, boolean classes, int classCount) {
    HostMatrix samples = NpyFile.readRows(x);
    Response response = null;
    try {
      response =
          classes
              ? Response.Classes.numbered(NpyFile.readLabels(y, classCount), classCount)
              : new Response.Values(NpyFile.read(y));
      String provenance = pair.name() + ": " + x + " and " + y;
      Optional<ImageShape> image = pair.image().or(() -> imageShape(x));
      return new DataSet(String.valueOf(x.getFileName()), samples, response, image, provenance);
    } catch (RuntimeException e) {
      samples.close();
      if (response != null) {
        response.close();
      }
      throw e;
    }
  }

  /** An array of three axes is a stack of images. */
  private static Optional<ImageShape> imageShape(Path x) {
    NpyHeader header = NpyFile.header(x);
    boolean images =
        header.shape().size() == 3
            && header.shape().stream().skip(1).allMatch(n -> n >= 1 && n <= Integer.MAX_VALUE);
    return images
        ? Optional.of(
            new ImageShape(header.shape().get(1).intValue(), header.shape().get(2).intValue()))
        : Optional.empty();
  }
}
