package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;

/** Loads the samples of a source. */
public final class DataSources {
  private final CacheFolder cache;
  private final long studySeed;

  /**
   * Creates a loader.
   *
   * @param cache where fetched data sets lie
   * @param studySeed seed of synthetic data that have none of their own
   */
  public DataSources(CacheFolder cache, long studySeed) {
    this.cache = cache;
    this.studySeed = studySeed;
  }

  /**
   * Loads the samples and checks that all numbers are finite; the caller closes them.
   *
   * @param source where they are
   * @param dtype element type of x; arrays of the user's own keep the type they have
   * @return the samples
   * @throws dev.lamina.matrix.DataFormatException if a file is not what its format demands
   * @throws DataException if values are not finite, labels out of range, or a set is not in the
   *     cache
   * @throws dev.lamina.matrix.ShapeException if x and y do not fit together
   * @throws dev.lamina.io.FileException if a file cannot be read
   */
  public DataParts load(DataSource source, DType dtype) {
    DataParts parts =
        switch (source) {
          case DataSource.Iris _ -> BundledData.iris(dtype);
          case DataSource.Digits _ -> BundledData.digits(dtype);
          case DataSource.Cached cached -> IdxData.cached(cached.set(), cache, dtype);
          case DataSource.IdxFolder folder -> IdxData.folder(folder, dtype);
          case DataSource.NpyPair pair -> NpyData.load(pair);
          case DataSource.Csv csv -> CsvData.load(csv, dtype);
          case DataSource.Clusters clusters ->
              Synthetic.clusters(clusters, clusters.seed().orElse(studySeed), dtype);
          case DataSource.Sphere sphere ->
              Synthetic.sphere(sphere, sphere.seed().orElse(studySeed), dtype);
          case DataSource.Xor xor -> Synthetic.xor(xor, xor.seed().orElse(studySeed), dtype);
          case DataSource.Curve curve -> Curves.sampled(curve, dtype);
        };
    try {
      parts.train().requireFinite();
      parts.test().ifPresent(DataSet::requireFinite);
      return parts;
    } catch (DataException e) {
      parts.close();
      throw e;
    }
  }
}
