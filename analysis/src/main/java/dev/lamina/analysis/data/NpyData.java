package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.NpyHeader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Data sets that are pairs of the user's NumPy arrays. */
final class NpyData {
  /** More classes than any data set here has; keeps a wild label from becoming a class count. */
  private static final int MOST_CLASSES = 1 << 16;

  private NpyData() {}

  static DataParts load(DataSource.NpyPair pair) {
    boolean classes = areClasses(pair);
    Optional<LabelCodes> codes = classes ? Optional.of(codes(pair)) : Optional.empty();
    DataSet train = set(pair, pair.x(), pair.y(), codes);
    return DataParts.of(
        train, () -> pair.testX().map(x -> set(pair, x, pair.testY().orElseThrow(), codes)));
  }

  private static boolean areClasses(DataSource.NpyPair pair) {
    return switch (pair.kind()) {
      case CLASSES -> true;
      case VALUES -> false;
      case AUTO -> NpyFile.header(pair.y()).type().isInteger();
    };
  }

  private static LabelCodes codes(DataSource.NpyPair pair) {
    if (pair.classes().isPresent()) {
      return LabelCodes.first(pair.classes().get());
    }
    return LabelCodes.occurring(
        Stream.concat(Stream.of(pair.y()), pair.testY().stream())
            .map(y -> NpyFile.readLabels(y, MOST_CLASSES))
            .toList());
  }

  private static DataSet set(DataSource.NpyPair pair, Path x, Path y, Optional<LabelCodes> codes) {
    HostMatrix samples = NpyFile.readRows(x);
    Response response = null;
    try {
      response =
          codes.isPresent()
              ? codes.get().classes(NpyFile.readLabels(y, codes.get().bound()))
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
