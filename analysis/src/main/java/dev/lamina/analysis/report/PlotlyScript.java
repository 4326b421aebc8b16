package dev.lamina.analysis.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.NoSuchElementException;
import java.util.Properties;
import java.util.zip.GZIPOutputStream;

/**
 * The plotting library as a page carries it: gzipped, which makes 2 MB of its 11 MB, in base 64.
 * The page unpacks it by itself.
 */
final class PlotlyScript {
  private static final String FOLDER = "META-INF/resources/webjars/plotly.js-dist/";

  private PlotlyScript() {}

  /** Returns the packed script. */
  static String packed() {
    try (InputStream in = open()) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
        in.transferTo(gzip);
      }
      return Base64.getEncoder().encodeToString(packed.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException("reading the plotting library from its jar", e);
    }
  }

  /** The script's folder is named by its version, which only the build knows. */
  private static InputStream open() throws IOException {
    String properties = "META-INF/maven/org.webjars.npm/plotly.js-dist/pom.properties";
    ClassLoader loader = PlotlyScript.class.getClassLoader();
    Properties pom = new Properties();
    try (InputStream in = resource(loader, properties)) {
      pom.load(in);
    }
    return resource(loader, FOLDER + pom.getProperty("version") + "/plotly.js");
  }

  private static InputStream resource(ClassLoader loader, String name) {
    InputStream in = loader.getResourceAsStream(name);
    if (in == null) {
      throw new NoSuchElementException(
          name + " is not on the class path; it comes with org.webjars.npm:plotly.js-dist");
    }
    return in;
  }
}
