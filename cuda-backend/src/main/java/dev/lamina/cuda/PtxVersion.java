package dev.lamina.cuda;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which drivers translate a PTX file. */
final class PtxVersion {
  private static final Pattern VERSION =
      Pattern.compile("^\\.version (\\d+)\\.(\\d+)", Pattern.MULTILINE);

  /** PTX 7.0 came with CUDA 11.0, 8.0 with 12.0, 9.0 with 13.0. */
  private static final int MAJOR_OFFSET = 4;

  private static final int HEAD = 4096;

  private PtxVersion() {}

  /**
   * Returns the first CUDA version of the major version that a PTX file needs, 13000 for 13.0; 0 if
   * it does not say.
   */
  static int cuda(byte[] ptx) {
    String head = new String(ptx, 0, Math.min(ptx.length, HEAD), StandardCharsets.US_ASCII);
    Matcher version = VERSION.matcher(head);
    return version.find() ? (Integer.parseInt(version.group(1)) + MAJOR_OFFSET) * 1000 : 0;
  }
}
