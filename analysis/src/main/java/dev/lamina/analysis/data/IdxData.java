package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Data sets that are four IDX files. */
final class IdxData {
  private static final List<String> ENDINGS = List.of("", ".gz");
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";

  private IdxData() {}

  /** Images and their labels. */
  private record Part(IdxFile images, IdxFile labels) {
    static Part read(Path images, Path labels) {
      Part part = new Part(IdxFile.read(images), IdxFile.read(labels));
      part.images().imageShape();
      part.labels().labels(256);
      return part;
    }
  }

  static DataParts cached(CataloguedSet set, CacheFolder cache, DType dtype) {
    List<Path> paths = set.files().stream().map(file -> cache.verified(set, file)).toList();
    Part train = Part.read(paths.get(0), paths.get(1));
    Part test = Part.read(paths.get(2), paths.get(3));
    String provenance = set.name() + ": " + set.origin() + ", sha256 of all files verified";
    return parts(
        set.name(),
        train,
        Optional.of(test),
        LabelCodes.first(set.classNames()),
        provenance,
        dtype);
  }

  static DataParts folder(DataSource.IdxFolder source, DType dtype) {
    if (!Files.isDirectory(source.folder())) {
      throw new DataException(
          "idx: the folder %s %s"
              .formatted(
                  source.folder(),
                  Files.exists(source.folder()) ? "is not a folder" : "does not exist"));
    }
    Part train =
        Part.read(
            require(source.folder(), "train-images-idx3-ubyte"),
            require(source.folder(), "train-labels-idx1-ubyte"));
    Optional<Part> test =
        find(source.folder(), TEST_IMAGES)
            .map(x -> Part.read(x, require(source.folder(), "t10k-labels-idx1-ubyte")));
    LabelCodes codes =
        LabelCodes.occurring(
            Stream.concat(Stream.of(train), test.stream())
                .map(part -> part.labels().labels(part.labels().bound()))
                .toList());
    String provenance = source.name() + ": IDX files of " + source.folder();
    return parts(source.name(), train, test, codes, provenance, dtype);
  }

  static boolean hasTestPart(Path folder) {
    return find(folder, TEST_IMAGES).isPresent();
  }

  private static Optional<Path> find(Path folder, String name) {
    return ENDINGS.stream()
        .map(ending -> folder.resolve(name + ending))
        .filter(Files::exists)
        .findFirst();
  }

  private static Path require(Path folder, String name) {
    return find(folder, name)
        .orElseThrow(() ->
            new DataException(
                "idx: the folder %s needs a file %s or %s.gz".formatted(folder, name, name)));
  }

  private static DataParts parts(
      String name,
      Part train,
      Optional<Part> test,
      LabelCodes codes,
      String provenance,
      DType dtype) {
    DataSet trained =
        set(name, train, codes, provenance + (test.isEmpty() ? "" : ", training part"), dtype);
    return DataParts.of(
        trained, () -> test.map(part -> set(name, part, codes, provenance + ", test part", dtype)));
  }

  private static DataSet set(
      String name, Part part, LabelCodes codes, String provenance, DType dtype) {
    int[] labels = part.labels().labels(codes.bound());
    HostMatrix x = part.images().images(dtype);
    try {
      Response.Classes classes = codes.classes(labels);
      return new DataSet(name, x, classes, part.images().imageShape(), provenance);
    } catch (RuntimeException e) {
      x.close();
      throw e;
    }
  }
}
