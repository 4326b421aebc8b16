/** Files: what every reader and writer of Lamina needs, whatever the format. */
package dev.lamina.io;
