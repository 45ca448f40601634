// What the page asks of the server.

/// Asks for something; what goes wrong is an error with the server's own words.
export async function ask(method, path, body, options = {}) {
  let answer;
  try {
    answer = await fetch("/api/" + path, {
      method, signal: options.signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("Divisi Studio does not answer; was it ended?");
  }
  if (!answer.ok) throw new Error((await answer.text()).trim() || `${path}: ${answer.status}`);
  return options.binary ? answer.arrayBuffer() : answer.json();
}

export const projectPath = (id, rest = "") =>
  "projects/" + encodeURIComponent(id) + (rest ? "/" + rest : "");

/// Sends a file as it is. `progress` gets the share that has been sent.
export function send(path, file, progress) {
  return new Promise((resolve, reject) => {
    // fetch does not say how much has been sent.
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/${path}?name=${encodeURIComponent(file.name)}`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status === 200) return resolve(JSON.parse(request.responseText));
      reject(new Error(request.responseText.trim() || `${file.name} was refused`));
    };
    request.onerror = () => reject(new Error(`${file.name} could not be sent`));
    request.send(file);
  });
}
